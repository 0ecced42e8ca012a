using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Foolscap.Furls;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Negotiation;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Connections;

/// <summary>
/// Ends one connection, once: in an orderly way, with a goodbye, or at once; and tells all who wait for it. Thread-safe.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The source has no timer, and others may still look at its token.")]
internal sealed class ConnectionCloser
{
    /// <summary>How long an orderly end may take before the connection is cut.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly Tub _tub;
    private readonly TubId _remoteTubId;
    private readonly PeerTls _tls;
    private readonly PipeReader _input;
    private readonly TransportConnection _transport;
    private readonly Outbox _outbox;
    private readonly PendingCallTable _pendingCalls;
    private readonly HeldBytes _held;
    private readonly CancellationTokenSource _disconnected = new();
    private readonly TaskCompletionSource<ConnectionLostException> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _hasBegun;
    private volatile bool _isGraceful;
    private volatile bool _isGoodbyeSaid;

    public ConnectionCloser(Tub tub, NegotiatedConnection negotiated, Outbox outbox, PendingCallTable pendingCalls, HeldBytes held)
    {
        _tub = tub;
        _remoteTubId = negotiated.RemoteTubId;
        _tls = negotiated.Tls;
        _input = negotiated.Input;
        _transport = negotiated.Transport;
        _outbox = outbox;
        _pendingCalls = pendingCalls;
        _held = held;
        Disconnected = _disconnected.Token;
    }

    /// <summary>Cancelled when the connection has ended, for whatever reason.</summary>
    public CancellationToken Disconnected { get; }

    /// <summary>Completes when the connection has ended, with the reason; it never fails.</summary>
    public Task<ConnectionLostException> Ended => _ended.Task;

    /// <summary>Completes when the transport is closed as well.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Whether the reader, which has nothing more to read, has to say goodbye.</summary>
    public bool IsGraceful => _isGraceful;

    /// <summary>Begins the end; the first one who wants it counts.</summary>
    /// <returns>Whether this is the first. Then <see cref="Close"/> has to follow.</returns>
    public bool TryBegin(bool isGraceful)
    {
        if (Interlocked.Exchange(ref _hasBegun, 1) == 1)
        {
            return false;
        }

        _isGraceful = isGraceful;
        return true;
    }

    /// <summary>
    /// Closes the connection in the background, and tells those who wait for its end or for answers. Nobody must be given this
    /// connection any more: whoever hears of the end may want a new one at once.
    /// </summary>
    /// <param name="reason">Why it ends.</param>
    /// <param name="reading">The reader, which ends by itself once it is woken.</param>
    public void Close(ConnectionLostException reason, Task reading)
    {
        _ended.TrySetResult(reason);
        _ = FinishAsync(reason, reading);
        try
        {
            _pendingCalls.FailAll(reason);
        }
        catch (AggregateException exception)
        {
            _tub.Log.CallbackFaulted(_remoteTubId, exception);
        }
    }

    /// <summary>
    /// Sends what is left and the end of TLS, and waits for the peer's: a Foolscap Tub closes only once it has read that
    /// the other end has closed. It runs on the reader, because OpenSSL must not end a session while it decrypts.
    /// </summary>
    public async Task SayGoodbyeAsync()
    {
        _outbox.Complete();
        await _outbox.WaitUntilIdleAsync().ConfigureAwait(false);
        await _tls.ShutdownAsync().ConfigureAwait(false);
        await _transport.Output.CompleteAsync().ConfigureAwait(false);
        ReadResult result;
        do
        {
            result = await _input.ReadAsync().ConfigureAwait(false);
            _input.AdvanceTo(result.Buffer.End);
        }
        while (!result.IsCompleted);

        _isGoodbyeSaid = true;
    }

    private async Task FinishAsync(ConnectionLostException reason, Task reading)
    {
        // An application's callbacks run by themselves: neither on the stack of whoever ended the connection, nor so that
        // one that blocks or throws could keep the connection from being closed.
        Task told = _disconnected.CancelAsync();
        try
        {
            await CloseTransportAsync(reason, reading).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _tub.Log.CallbackFaulted(_remoteTubId, exception);
        }

        try
        {
            await _transport.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // A host's own pipes. Those who wait for the end must not wait for ever because of them.
            _tub.Log.CallbackFaulted(_remoteTubId, exception);
        }

        _held.End();
        _closed.TrySetResult();
        try
        {
            await told.ConfigureAwait(false);
        }
        catch (AggregateException exception)
        {
            _tub.Log.CallbackFaulted(_remoteTubId, exception);
        }
    }

    private async Task CloseTransportAsync(ConnectionLostException reason, Task reading)
    {
        if (_isGraceful)
        {
            // The reader says goodbye, and has until then.
            _input.CancelPendingRead();
            await TryWaitAsync(reading).ConfigureAwait(false);
        }

        _outbox.Fail(reason);
        if (!_isGoodbyeSaid)
        {
            // Not only if the reader is still at it: it may be over because its connection was lost, and a write must not wait on.
            // Both: a pipe can lose the one cancellation when the other comes at the same moment.
            _transport.Abort();
            _input.CancelPendingRead();
        }

        await reading.ConfigureAwait(false);
        await _outbox.WaitUntilIdleAsync().ConfigureAwait(false);
        await _tls.DisposeAsync().ConfigureAwait(false);
        await _input.CompleteAsync().ConfigureAwait(false);
    }

    private async Task TryWaitAsync(Task task)
    {
        try
        {
            await task.WaitAsync(CloseTimeout, _tub.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The connection is cut then.
        }
    }
}
