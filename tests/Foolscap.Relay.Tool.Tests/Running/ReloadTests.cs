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
    public async Task Serve_Sighup_ReadsTheFileAndGoesOn()
    {
        using TestFolder folder = new();
        await using RunningRelay relay = await StartAsync(folder.Write("relay.json", Configuration(folder, 5)));

        await relay.Process.SignalAsync("HUP");
        await relay.Process.WaitForAsync("SIGHUP: ");

        Assert.That((await relay.Process.TerminateAsync()).ExitCode, Is.Zero);
    }

    private static Task<RunningRelay> StartAsync(string file) =>
        RunningRelay.StartWithAsync(new Dictionary<string, string>(), "--config", file, "--admin", "off", "--log-format", "text");

    /// <summary>As an editor does it: never half a file.</summary>
    private static void Replace(string file, string content)
    {
        File.WriteAllText($"{file}.new", content);
        File.Move($"{file}.new", file, overwrite: true);
    }

    private static string Configuration(TestFolder folder, int maxStreams) =>
        $$"""{ "Relay": { "Folder": "{{folder["relay"]}}", "Listen": [ "127.0.0.1:0" ], "Limits": { "MaxStreams": {{maxStreams}} } } }""";
}
