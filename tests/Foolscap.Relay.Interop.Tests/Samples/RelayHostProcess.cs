using Foolscap.Furls;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Interop.Tests.Samples;

/// <summary>The sample RelayHost, as a process.</summary>
internal sealed class RelayHostProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private RelayHostProcess(ChildProcess process, Furl registrarFurl)
    {
        _process = process;
        RegistrarFurl = registrarFurl;
    }

    public Furl RegistrarFurl { get; }

    /// <summary>Starts it on loopback.</summary>
    /// <param name="folder">Where it keeps who it is.</param>
    /// <param name="hints">The hint of an earlier run, whose port it takes again; a free port if not given.</param>
    public static async Task<RelayHostProcess> StartAsync(string folder, IReadOnlyList<ConnectionHint>? hints = null)
    {
        int port = FreePort.Find();
        if (hints is not null)
        {
            hints.Single().TryGetTcpEndpoint(out _, out port);
        }

        return await FromAsync(SampleProgram.Start("RelayHost", "--folder", folder, "--listen", $"127.0.0.1:{port}", "--drain", "1"));
    }

    /// <summary>Waits until a relay that has been started in another way is ready.</summary>
    public static async Task<RelayHostProcess> FromAsync(ChildProcess process) => new(
        process, Furl.Parse(await process.TakeLineAsync("its registrar's FURL", line => line.StartsWith("pb://", StringComparison.Ordinal))));

    public ChildProcess Process => _process;

    public Task<int> TerminateAsync() => _process.TerminateAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
