using Foolscap.Relay.AspNetCore.Tests.Support;
using Microsoft.Playwright;

namespace Foolscap.Relay.AspNetCore.Tests.Page;

/// <summary>Tests of the page in a browser: each gets a tab of its own, and all of a class share a relay, because starting one takes a second.</summary>
internal abstract class PageFixture
{
    private readonly List<string> _complaints = [];
    private readonly List<string> _requests = [];

    protected AdminHost Host { get; private set; } = null!;

    protected IPage Page { get; private set; } = null!;

    /// <summary>Whether the test makes the browser complain on purpose, because the server goes away.</summary>
    protected bool MayComplain { get; set; }

    [OneTimeSetUp]
    public async Task StartHostAsync() => Host = await AdminHost.StartAsync();

    [OneTimeTearDown]
    public async Task StopHostAsync() => await Host.DisposeAsync();

    [SetUp]
    public async Task OpenTabAsync()
    {
        _complaints.Clear();
        _requests.Clear();
        MayComplain = false;
        Page = await OpenAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 900 } });
    }

    [TearDown]
    public async Task CloseTabAsync()
    {
        await Page.Context.DisposeAsync();
        if (!MayComplain)
        {
            Assert.That(_complaints, Is.Empty, "The browser complained.");
        }

        Assert.That(
            _requests.Where(url => !new Uri(url).IsLoopback && !url.StartsWith("data:", StringComparison.Ordinal)), Is.Empty, "The page asked another host.");
    }

    /// <summary>Opens a tab that another test's cookies and settings do not reach.</summary>
    protected async Task<IPage> OpenAsync(BrowserNewContextOptions options)
    {
        IBrowserContext context = await BrowserFixture.Browser.NewContextAsync(options);
        context.SetDefaultTimeout((float)AdminHost.Deadline.TotalMilliseconds);
        IPage page = await context.NewPageAsync();
        page.Console += (_, message) => Note(message.Type == "error", message.Text);
        page.PageError += (_, text) => Note(true, text);
        page.Request += (_, request) => _requests.Add(request.Url);
        return page;
    }

    /// <summary>Opens the page and waits until it lives.</summary>
    protected async Task GoAsync(IPage page, AdminHost? host = null)
    {
        await page.GotoAsync((host ?? Host).Address.ToString(), new PageGotoOptions { WaitUntil = WaitUntilState.Commit });
        await page.WaitForSelectorAsync("#connection[data-state=live]");
    }

    /// <summary>Takes a picture for whoever looks at the test's results.</summary>
    protected static async Task TakePictureAsync(IPage page, string name)
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"status-page-{name}.png");
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = path, FullPage = true });
        TestContext.AddTestAttachment(path, $"The status page: {name}");
    }

    private void Note(bool isComplaint, string text)
    {
        if (isComplaint)
        {
            _complaints.Add(text);
        }
    }
}
