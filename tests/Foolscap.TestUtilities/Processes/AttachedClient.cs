using System.Net;
using Foolscap.Furls;

namespace Foolscap.TestUtilities.Processes;

/// <summary>The sample AttachTub for one Tub; another process after each restart.</summary>
public sealed class AttachedClient : IAsyncDisposable
{
    private readonly string _assembly;
    private readonly string[] _arguments;
    private SampleProcess _process;

    private AttachedClient(string assembly, string[] arguments)
    {
        _assembly = assembly;
        _arguments = arguments;
        _process = SampleProcess.Start(assembly, arguments);
    }

    public int ProcessId => _process.Id;

    /// <summary>Starts the program, and waits until the Tub is registered.</summary>
    public static async Task<AttachedClient> StartAsync(
        string assembly, Furl registrar, string pemFile, IPEndPoint target, params IEnumerable<string> moreArguments)
    {
        ArgumentNullException.ThrowIfNull(registrar);
        ArgumentNullException.ThrowIfNull(target);
        AttachedClient client = new(
            assembly, ["--registrar", registrar.ToString(), "--pem", pemFile, "--target", target.ToString(), .. moreArguments]);
        await client.WaitUntilAttachedAsync();
        return client;
    }

    /// <summary>Waits for the next registration.</summary>
    public Task WaitUntilAttachedAsync() => _process.ReadLineAsync("attached: ", ProcessDeadlines.Attach);

    /// <summary>Kills the process, starts another one, and waits until the Tub is registered again.</summary>
    public async Task RestartByKillAsync()
    {
        await _process.KillAsync();
        await StartAgainAsync();
    }

    /// <summary>Ends the process in order, starts another one, and waits until the Tub is registered again.</summary>
    /// <returns>The exit code of the first.</returns>
    public async Task<int> RestartBySigtermAsync()
    {
        int exitCode = await _process.TerminateAsync();
        await StartAgainAsync();
        return exitCode;
    }

    /// <summary>Ends the process in order.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> TerminateAsync() => _process.TerminateAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task StartAgainAsync()
    {
        await _process.DisposeAsync();
        _process = SampleProcess.Start(_assembly, _arguments);
        await WaitUntilAttachedAsync();
    }
}
