namespace Foolscap.Relay.Packages.Tests.Packing;

/// <summary>The command is installed from a folder, and needs nothing besides: all that it uses is in its package.</summary>
[NonParallelizable] // It builds.
internal sealed class ToolTests
{
    private const string TubId = "icd77yuhs7ehjqhp2zck34gx5g65tfb3";
    private const string Secret = "swissnum";

    [TestCaseSource(typeof(PackageList), nameof(PackageList.Tools))]
    public async Task Tool_InstalledFromTheFolder_Runs(string name)
    {
        await Packed.GetSourcesAsync();
        string folder = Packed.GetFolder("tool");
        Directory.CreateDirectory(folder);
        Packed.WriteConfig(folder);

        await Command.DotnetAsync(
            folder, "tool", "install", name, "--version", SourceCopy.Version, "--tool-path", folder, "--configfile", Path.Combine(folder, "nuget.config"));

        string program = Path.Combine(folder, OperatingSystem.IsWindows() ? "foolscap-relay.exe" : "foolscap-relay");
        string version = await Command.RunAsync(program, folder, ["--version"]);
        string parsed = await Command.RunAsync(program, folder, ["furl", "parse", $"pb://{TubId}@tcp:192.0.2.7:3457/{Secret}"]);
        string keys = await Command.RunAsync(program, folder, ["check-config", "--keys"]);

        Assert.That(version.Trim(), Does.StartWith(SourceCopy.Version));
        Assert.That(parsed, Does.Contain(TubId).And.Contain("host 192.0.2.7, port 3457").And.Not.Contain(Secret));
        Assert.That(keys, Does.Contain("Limits:MaxStreams"));
        Assert.That(
            Directory.EnumerateFiles(folder, "foolscap-relay*.service", SearchOption.AllDirectories).Select(Path.GetFileName),
            Is.EquivalentTo(new[] { "foolscap-relay.service", "foolscap-relay-attach@.service" }), "each of them once");
    }
}
