using Foolscap.Relay.Hosting.Tests.Support;
using Foolscap.TestUtilities;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Hosting.Tests;

/// <summary>A configuration that changes while the relay runs.</summary>
internal sealed class ReloadTests
{
    private TestFolder _folder = null!;
    private IConfigurationRoot _configuration = null!;
    private TestHost _host = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TestFolder();
        _configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Relay:Folder", _folder.RelayFolder()), new("Relay:Listen:0", "127.0.0.1:0"), new("Relay:Limits:MaxStreams", "100")])
            .Build();
        _host = await TestHost.StartAsync(services => services.AddFoolscapRelayServer(_configuration.GetSection("Relay")));
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Reload_OfALimit_HoldsAtOnce_AndIsLogged()
    {
        int holding = 0;
        _host.Logs.OnRecord = _ => holding = _host.Relay.Server.Options.Limits.MaxStreams;

        Change(("Limits:MaxStreams", "7"));

        await _host.Logs.WaitForAsync(record => record.Message == "Relay:Limits:MaxStreams is 7 from now on; it was 100.");
        Assert.That(holding, Is.EqualTo(7), "when it is told");
    }

    [Test]
    public async Task Reload_WithAFault_LogsIt_AndKeepsTheOldValues_UntilItIsMended()
    {
        Change(("Limits:MaxStreams", "7"), ("Limits:MaxStreamsPerTub", "none"));

        LogRecord fault = await _host.Logs.WaitForAsync(record => record.Level == LogLevel.Error);
        Assert.That(fault.Message, Does.Contain("Relay:Limits:MaxStreamsPerTub = \"none\" is no whole number"));
        Assert.That(_host.Relay.Server.Options.Limits.MaxStreams, Is.EqualTo(100));

        Change(("Limits:MaxStreamsPerTub", "5"));

        await Waiting.UntilAsync(() => _host.Relay.Server.Options.Limits is { MaxStreams: 7, MaxStreamsPerTub: 5 }, "the mended limits hold");
    }

    [Test]
    public async Task Reload_OfAnythingElse_IsLoggedAsNeedingARestart_WithoutItsValue()
    {
        Change(("Window", "1MiB"));

        LogRecord record = await _host.Logs.WaitForAsync(record => record.Level == LogLevel.Warning && record.Message.StartsWith("Relay:", StringComparison.Ordinal));
        Assert.That(record.Message, Is.EqualTo("Relay:Window has changed, which takes effect at the next start only."));
        Assert.That(_host.Relay.Server.Options.Window, Is.EqualTo(16 * 1024 * 1024));
    }

    [Test]
    public async Task Options_AfterAReload_AreThoseInEffect()
    {
        Change(("Window", "1MiB"), ("SelfProbeInterval", "1s"), ("Listen:0", "127.0.0.1:1"), ("Limits:MaxStreams", "7"));

        await Waiting.UntilAsync(() => _host.Relay.Options.Limits.MaxStreams == 7, "the new limit holds");
        RelayServiceOptions options = _host.Relay.Options;
        Assert.That((options.Window, options.SelfProbeInterval), Is.EqualTo((16 * 1024 * 1024, TimeSpan.FromSeconds(30))));
        Assert.That((options.Folder, options.Listen.Single()), Is.EqualTo((_configuration["Relay:Folder"], "127.0.0.1:0")));
    }

    [Test]
    public async Task Reload_ThatTakesAChangeBack_NeedsNoRestart()
    {
        Change(("Window", "1MiB"));
        await _host.Logs.WaitForAsync(record => record.Message.StartsWith("Relay:Window has changed", StringComparison.Ordinal));

        Change(("Window", "16MiB"), ("Limits:MaxStreams", "7"));

        await Waiting.UntilAsync(() => _host.Relay.Options.Limits.MaxStreams == 7, "the second change counts");
        Assert.That(_host.Logs.Records.Count(record => record.Message.StartsWith("Relay:Window", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task Reload_OfTheDrain_LeavesTheOneOfTheStart_AsItSays()
    {
        Change(("Drain", "1s"));
        await _host.Logs.WaitForAsync(record => record.Message == "Relay:Drain has changed, which takes effect at the next start only.");

        await _host.Host.StopAsync().WaitAsync(TestHost.Deadline);

        await _host.Logs.WaitForAsync(record => record.Message.EndsWith("may go on for 00:00:30.", StringComparison.Ordinal));
    }

    [Test]
    public async Task Reload_ThatBringsAList_LetsOnlyThoseRegister()
    {
        await File.WriteAllTextAsync(_folder["allowed.txt"], $"{TestCertificates.Mid.TubId}\n");

        Change(("AllowedTubs", _folder["allowed.txt"]));
        await _host.Logs.WaitForAsync(record => record.Message.StartsWith("Relay:AllowedTubs is ", StringComparison.Ordinal));
        await using TestHost tub = await Greeter.StartAsync(_folder["tub.pem"], _host.Relay.RegistrarFurl);
        await Waiting.UntilAsync(() => tub.Client.Statuses.Single().Reason is not null, "the registration is refused");

        Assert.That(tub.Client.Statuses.Single().Reason, Does.Contain("takes only Tubs that its operator has listed"));

        await File.WriteAllTextAsync(_folder["allowed.txt"], $"{TestCertificates.Mid.TubId}\n{TestCertificates.Low.TubId}\n");
        await tub.Client.WaitUntilRegisteredAsync().WaitAsync(TestHost.Deadline);
    }

    private void Change(params IReadOnlyList<(string Key, string Value)> values)
    {
        foreach ((string key, string value) in values)
        {
            _configuration[$"Relay:{key}"] = value;
        }

        _configuration.Reload();
    }
}
