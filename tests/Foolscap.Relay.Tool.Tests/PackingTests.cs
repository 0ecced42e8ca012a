using Foolscap.TestUtilities;

namespace Foolscap.Relay.Tool.Tests;

/// <summary>The program as a .NET tool: packed, installed from a folder, and run.</summary>
internal sealed class PackingTests
{
    [Test]
    public async Task Tool_InstalledFromAFolder_Runs()
    {
        using TestFolder folder = new();
        string configuration = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)).Parent!.Name;
        string project = Repository.GetPath("src", "Foolscap.Relay.Tool", "Foolscap.Relay.Tool.csproj");

        await DotnetAsync("pack", project, "--no-build", "--configuration", configuration, "--output", folder["feed"], "--nologo");
        await DotnetAsync("tool", "install", "Foolscap.Relay.Tool", "--tool-path", folder["tools"], "--source", folder["feed"]);
        await using ToolProcess tool = ToolProcess.StartProgram(folder[$"tools/foolscap-relay{(OperatingSystem.IsWindows() ? ".exe" : "")}"], Environment(), "--version");
        ToolResult version = await tool.WaitForExitAsync();

        Assert.That(version.ExitCode, Is.Zero, version.ToString);
        Assert.That(version.Output, Does.Match(@"^\d+\.\d+\.\d+"));
        Assert.That(
            Directory.EnumerateFiles(folder["tools"], "foolscap-relay*.service", SearchOption.AllDirectories).Select(Path.GetFileName),
            Is.EquivalentTo(new[] { "foolscap-relay.service", "foolscap-relay-attach@.service" }), "each of them once");
    }

    private static async Task DotnetAsync(params string[] arguments)
    {
        await using ToolProcess dotnet = ToolProcess.StartProgram("dotnet", Environment(), arguments);
        ToolResult result = await dotnet.WaitForExitAsync();
        Assert.That(result.ExitCode, Is.Zero, result.ToString);
    }

    /// <summary>The shim looks for the runtime where the machine has it, or where this says.</summary>
    private static Dictionary<string, string> Environment() => new()
    {
        ["DOTNET_CLI_UI_LANGUAGE"] = "en",
        ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")),
    };
}
