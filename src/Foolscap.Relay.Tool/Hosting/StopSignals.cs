using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Foolscap.Relay.Tool.Hosting;

/// <summary>
/// Ctrl+C and SIGTERM for what runs until it is told to end: the first one asks for an end in order, the second one for an end at
/// once, and from the third one on the system ends the process. SIGHUP is one of them where there is no file that it could mean:
/// the terminal has gone. On Windows it always is: there it tells that the console's window is being closed.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly PosixSignal[] Signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT];

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _hurry = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _registrations;
    private int _count;

    /// <summary>Listens for the signals from now on. One that was ignored when the process began stays so (<c>nohup</c>).</summary>
    /// <param name="stopsAtHangup">Whether SIGHUP is one of them; not needed on Windows.</param>
    public StopSignals(bool stopsAtHangup)
    {
        IEnumerable<PosixSignal> signals = stopsAtHangup || OperatingSystem.IsWindows() ? [.. Signals, PosixSignal.SIGHUP] : Signals;
        _registrations = [.. signals.Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Cancelled by the second signal.</summary>
    public CancellationToken Hurry => _hurry.Token;

    public void Dispose()
    {
        _ended.TrySetResult();

        // It waits for a signal that is being handled.
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
        _hurry.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        int count = Interlocked.Increment(ref _count);
        context.Cancel = count <= 2;
        if (count <= 2)
        {
            // Not here: what is cancelled runs for a while, and the next signal would wait for it.
            _ = (count == 1 ? _stop : _hurry).CancelAsync();
        }

        if (OperatingSystem.IsWindows() && context.Signal is PosixSignal.SIGHUP or PosixSignal.SIGTERM)
        {
            // Windows ends the process as soon as this returns, or some seconds later: the thread is the system's own, for this alone.
            _ended.Task.Wait();
        }
    }

    /// <summary>In place of the host's own handlers, for which a second signal is like the first one.</summary>
    public sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
