using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.TestUtilities;
using Foolscap.TestUtilities.Processes;

namespace Foolscap.Relay.Interop.Tests.Samples;

/// <summary>Starts the programs of the folder samples. Those in C# are built with these tests, in the same configuration.</summary>
internal static class SampleProgram
{
    public static ChildProcess Start(string name, params IEnumerable<string> arguments) =>
        ChildProcess.Start("dotnet", [GetAssembly(name), .. arguments]);

    /// <summary>The file to run with <c>dotnet</c>.</summary>
    public static string GetAssembly(string name) => BuiltPrograms.Find(name);

    public static ChildProcess StartPython(string name, params IEnumerable<string> arguments) =>
        ChildProcess.Start(PythonPeer.Interpreter, [Repository.GetPath("samples", "python", name), .. arguments]);
}
