using System.Text.Json;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Tool.Tests.Running;

/// <summary>A Tub of Python Foolscap with one object: tests/python/target_c.py.</summary>
internal sealed class PythonTub : IAsyncDisposable
{
    private readonly ToolProcess _process;

    private PythonTub(ToolProcess process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <summary>The object's FURL with a location that leads nowhere.</summary>
    public string Furl { get; private set; } = "";

    public static async Task<PythonTub> StartAsync(string pemFile)
    {
        ToolProcess process = ToolProcess.StartProgram(
            "/usr/bin/python3", new Dictionary<string, string>(),
            Repository.GetPath("tests", "python", "target_c.py"), "--pem", pemFile, "--listen", "127.0.0.1:0", "--hint", "tcp:127.0.0.1:9");
        PythonTub tub = new(process, Read(await process.WaitForAsync("\"listening\"")).GetProperty("port").GetInt32());
        tub.Furl = Read(await process.WaitForAsync("\"furl\":")).GetProperty("furl").GetString()!;
        return tub;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static JsonElement Read(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }
}
