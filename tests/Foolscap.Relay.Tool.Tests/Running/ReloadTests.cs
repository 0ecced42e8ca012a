using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tool.Tests.Running;

/// <summary>Limits change while a relay runs: when their file changes, and at SIGHUP.</summary>
internal sealed class ReloadTests
{
    [Test]
    public async Task Serve_FileChanges_NewLimitsCountAndFaultyOnesDoNot()
    {
        using TestFolder folder = new();
        string file = folder.Write("relay.json", Configuration(folder, 5));
        await using RunningRelay relay = await StartAsync(file);

        Replace(file, Configuration(folder, 7));
        Assert.That(await relay.Process.WaitForAsync("Relay:Limits:MaxStreams is 7 from now on"), Does.Contain("it was 5"));

        Replace(file, Configuration(folder, -1));
        await relay.Process.WaitForAsync("is not used, and the old one stays");

        Replace(file, "{ no JSON");
        await relay.Process.WaitForAsync("The old values stay.");

        Replace(file, Configuration(folder, 9));
        Assert.That(await relay.Process.WaitForAsync("Relay:Limits:MaxStreams is 9 from now on"), Does.Contain("it was 7"));
        Assert.That((await relay.Process.TerminateAsync()).ExitCode, Is.Zero);
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "There is no SIGHUP.")]
    public async Task Serve_Sighup_AppliesALowerLimitAndStreamsStay()
    {
        using TestFolder folder = new();
        string real = folder.Write("elsewhere/relay.json", Limits(5));
        File.CreateSymbolicLink(folder["relay.json"], real); // Changes behind a link are not noticed without the signal.
        await using Relayed relayed = await Relayed.StartAsync("--config", folder["relay.json"]);
        await using Tub second = new(TestCertificates.High);

        Replace(real, Limits(1));
        await relayed.Relay.Process.SignalAsync("HUP");
        await relayed.Relay.Process.WaitForAsync("Relay:Limits:MaxStreams is 1 from now on; it was 5.");

        NegotiationException refused = (await Assert.ThrowsAsync<NegotiationException>(() => second.ConnectAsync(relayed.Furl).WaitAsync(ToolProcess.Limit)))!;
        Assert.That(refused.Message, Does.Contain("this relay carries as many connections"));
        await relayed.AssertGoesOnAsync();
    }

    private static Task<RunningRelay> StartAsync(string file) =>
        RunningRelay.StartWithAsync(new Dictionary<string, string>(), "--config", file, "--admin", "off", "--log-format", "text");

    /// <summary>As an editor does it: never half a file.</summary>
    private static void Replace(string file, string content)
    {
        File.WriteAllText($"{file}.new", content);
        File.Move($"{file}.new", file, overwrite: true);
    }

    private static string Limits(int maxStreams) => $$"""{ "Relay": { "Limits": { "MaxStreams": {{maxStreams}} } } }""";

    private static string Configuration(TestFolder folder, int maxStreams) =>
        $$"""{ "Relay": { "Folder": "{{folder["relay"]}}", "Listen": [ "127.0.0.1:0" ], "Limits": { "MaxStreams": {{maxStreams}} } } }""";
}
