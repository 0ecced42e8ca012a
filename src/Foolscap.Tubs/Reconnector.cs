using Foolscap.Furls;
using Foolscap.Tubs.Reconnection;

namespace Foolscap.Tubs;

/// <summary>
/// Keeps a reference to one remote object: gets it, and gets it again whenever its connection is lost, until it is
/// disposed, or its Tub (<c>foolscap.reconnector.Reconnector</c>). A Tub that is not there yet is no error: it is tried again.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class Reconnector : IAsyncDisposable
{
    private readonly Tub _tub;
    private readonly Furl _furl;
    private readonly Func<RemoteReference, CancellationToken, Task> _session;
    private readonly ReconnectorOptions _options;
    private readonly Action<ReconnectorStatus>? _onStatus;
    private readonly Backoff _backoff;
    private readonly CancellationTokenSource _stopping = new();
    private volatile TaskCompletionSource _retry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;

    private Reconnector(
        Tub tub,
        Furl furl,
        Func<RemoteReference, CancellationToken, Task> session,
        ReconnectorOptions options,
        Action<ReconnectorStatus>? onStatus)
    {
        (_tub, _furl, _session, _options, _onStatus) = (tub, furl, session, options, onStatus);
        _backoff = new Backoff(options, Random.Shared);
    }

    /// <summary>What it is doing.</summary>
    public ReconnectorStatus Status { get; private set; } = new(ReconnectorState.Connecting);

    private bool IsStopping => _stopping.IsCancellationRequested || _tub.Stopping.IsCancellationRequested;

    /// <summary>Starts one.</summary>
    /// <param name="tub">The Tub that connects.</param>
    /// <param name="furl">The object.</param>
    /// <param name="session">
    /// What to do with each reference. When the task ends, however it does, the reference is disposed and a new one is
    /// got; so let it wait for the token, which is cancelled when the connection is lost or the reconnector disposed.
    /// </param>
    /// <param name="options">How it waits; the defaults if not given.</param>
    /// <param name="onStatus">Hears of each change of <see cref="Status"/>, in order. It must not block.</param>
    /// <returns>The reconnector.</returns>
    public static Reconnector Start(
        Tub tub,
        Furl furl,
        Func<RemoteReference, CancellationToken, Task> session,
        ReconnectorOptions? options = null,
        Action<ReconnectorStatus>? onStatus = null)
    {
        ArgumentNullException.ThrowIfNull(tub);
        ArgumentNullException.ThrowIfNull(furl);
        ArgumentNullException.ThrowIfNull(session);
        options ??= new ReconnectorOptions();
        options.Validate();
        Reconnector reconnector = new(tub, furl, session, options, onStatus);
        reconnector._running = Task.Run(reconnector.RunAsync);
        return reconnector;
    }

    /// <summary>Ends the present wait, if there is one: what stood in the way may be gone, such as a network that was down.</summary>
    public void RetryNow() => _retry.TrySetResult();

    /// <summary>Stops: cancels the session, and tries no more. The connection itself is the Tub's, and stays.</summary>
    /// <returns>When the session has ended.</returns>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        Exception? reason = null;
        while (!IsStopping)
        {
            Report(new ReconnectorStatus(ReconnectorState.Connecting, Status.Reason));

            // Before the attempt: what happens during it is no part of it.
            _retry = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            (reason, TimeSpan? good) = await AttemptAsync().ConfigureAwait(false);
            if (IsStopping)
            {
                break;
            }

            TimeSpan wait = good >= _options.StableAfter ? _backoff.AfterStableConnection() : _backoff.AfterFailure();
            Report(new ReconnectorStatus(ReconnectorState.Waiting, reason, wait));
            _tub.Log.Reconnecting(_furl.TubId, wait, reason?.Message ?? "the session ended");
            await WaitAsync(wait).ConfigureAwait(false);
        }

        // What is stopped itself has failed of nothing.
        Exception? why = _stopping.IsCancellationRequested ? Status.Reason : reason ?? new ObjectDisposedException(nameof(Tub), "The Tub has been stopped.");
        Report(new ReconnectorStatus(ReconnectorState.Stopped, why));
    }

    private async Task WaitAsync(TimeSpan wait)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, _tub.Stopping);
        await Task.WhenAny(_retry.Task, Task.Delay(wait, _tub.TimeProvider, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Gets the reference and runs the session with it.</summary>
    /// <returns>Why that ended, and how long the session has run, if it has.</returns>
    private async Task<(Exception? Reason, TimeSpan? Good)> AttemptAsync()
    {
        long? start = null;
        RemoteReference? reference = null;
        try
        {
            reference = await GetReferenceAsync().ConfigureAwait(false);
            start = _tub.TimeProvider.GetTimestamp();
            Report(new ReconnectorStatus(ReconnectorState.Connected));
            using CancellationTokenSource ended =
                CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, reference.Connection.Disconnected);
            await _session(reference, ended.Token).ConfigureAwait(false);
            return (GetLoss(reference), Elapsed(start));
        }
        catch (OperationCanceledException) when (reference is not null)
        {
            return (GetLoss(reference), Elapsed(start));
        }
        catch (Exception exception) when (exception is RemoteException or ViolationException)
        {
            // A peer that refuses, or does not play along, is no good connection, however long it took.
            return (exception, null);
        }
        catch (Exception exception) when (exception is FoolscapException or OperationCanceledException or ObjectDisposedException)
        {
            return (exception, Elapsed(start));
        }
        catch (Exception exception)
        {
            _tub.Log.SessionFaulted(_furl.TubId, exception);
            return (exception, Elapsed(start));
        }
        finally
        {
            reference?.Dispose();
        }
    }

    /// <summary>A Tub that is there and does not answer must not hold the attempt up for ever.</summary>
    private async Task<RemoteReference> GetReferenceAsync()
    {
        using CancellationTokenSource timeout = new(_tub.Options.ConnectTimeout, _tub.TimeProvider);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopping.Token);
        try
        {
            return await _tub.GetReferenceAsync(_furl, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new NegotiationException($"Tub {_furl.TubId} did not answer within {_tub.Options.ConnectTimeout.TotalSeconds:0.###} s.");
        }
    }

    private static ConnectionLostException? GetLoss(RemoteReference reference) =>
        reference.Connection.Ended is { IsCompletedSuccessfully: true } ended ? ended.Result : null;

    private TimeSpan? Elapsed(long? start) => start is long since ? _tub.TimeProvider.GetElapsedTime(since) : null;

    private void Report(ReconnectorStatus status)
    {
        Status = status;
        try
        {
            _onStatus?.Invoke(status);
        }
        catch (Exception exception)
        {
            _tub.Log.SessionFaulted(_furl.TubId, exception); // The program's mistake, which must not end the reconnector.
        }
    }
}
