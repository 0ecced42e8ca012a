using Microsoft.Playwright;

namespace Foolscap.Relay.AspNetCore.Tests.Page;

/// <summary>The one browser of all tests of the page: starting it takes seconds.</summary>
[SetUpFixture]
internal sealed class BrowserFixture
{
    private static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private static IPlaywright? _playwright;

    public static IBrowser Browser { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        string program = Environment.GetEnvironmentVariable("CHROMIUM") ?? Array.Find(Programs, File.Exists)
            ?? throw new FileNotFoundException($"The page is tested in Chromium, and none of {string.Join(", ", Programs)} is there. "
                + "Install it (apt-get install chromium), or name one in the environment variable CHROMIUM.");
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            Args = ["--no-sandbox", "--disable-dev-shm-usage"], // As root, and in a container with little shared memory.
        });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await Browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
