namespace Foolscap.Relay.Packages.Tests.Packing;

/// <summary>The command is installed from a folder, and needs nothing besides: all that it uses is in its package.</summary>
[NonParallelizable] // It builds.
internal sealed class ToolTests
{
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
        Assert.That(async () => await Command.RunAsync(program, folder, ["--help"]), Throws.Nothing);
    }
}
