using Foolscap.Furls;

namespace Foolscap.Relay.Soak.Processes;

/// <summary>The sample RelayHost.</summary>
internal sealed class RelayProcess : IAsyncDisposable
{
    private readonly SampleProcess _process;

    private RelayProcess(SampleProcess process, Furl registrar)
    {
        _process = process;
        Registrar = registrar;
        Registrar.Hints.Single().TryGetTcpEndpoint(out _, out int port);
        Port = port;
    }

    public int ProcessId => _process.Id;

    public Furl Registrar { get; }

    public int Port { get; }

    /// <summary>Starts the program on a free port of loopback.</summary>
    public static async Task<RelayProcess> StartAsync(string assembly, string folder, IEnumerable<string> moreArguments)
    {
        SampleProcess process = SampleProcess.Start(assembly, ["--folder", folder, "--listen", "127.0.0.1:0", "--no-direct", .. moreArguments]);
        return new RelayProcess(process, Furl.Parse(await process.ReadLineAsync("pb://", Deadlines.Process)));
    }

    /// <summary>Ends the process in order.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> TerminateAsync() => _process.TerminateAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
