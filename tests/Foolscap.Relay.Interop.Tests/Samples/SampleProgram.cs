using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Interop.Tests.Samples;

/// <summary>Starts the programs of the folder samples. Those in C# are built with these tests, in the same configuration.</summary>
internal static class SampleProgram
{
    public static ChildProcess Start(string name, params IEnumerable<string> arguments) =>
        ChildProcess.Start("dotnet", [GetAssembly(name), .. arguments]);

    /// <summary>The file to run with <c>dotnet</c>.</summary>
    public static string GetAssembly(string name)
    {
        // These tests are in bin/<configuration>/<framework>/, and so is every sample.
        DirectoryInfo framework = new(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        string assembly = Repository.GetPath("samples", name, "bin", framework.Parent!.Name, framework.Name, $"{name}.dll");
        Assert.That(assembly, Does.Exist, "The sample is not built.");
        return assembly;
    }

    public static ChildProcess StartPython(string name, params IEnumerable<string> arguments) =>
        ChildProcess.Start(PythonPeer.Interpreter, [Repository.GetPath("samples", "python", name), .. arguments]);
}
