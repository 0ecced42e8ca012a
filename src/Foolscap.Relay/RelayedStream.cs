using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Foolscap.Relay.Streams;
using Foolscap.Tubs;

namespace Foolscap.Relay;

/// <summary>
/// One end of a relayed connection: a local connection on this side, calls of <c>write</c>, <c>close</c> and <c>abort</c>
/// on the other. On the relay it is the responder, and the local connection leads to the caller; on the client it is the
/// handler, and the local connection leads to its Tub.
/// </summary>
/// <remarks>
/// It never holds more than a window in either direction: while a window is full, the local connection is not read, and
/// a <c>write</c> beyond it ends the stream. Idle, it holds no buffer. What one side has sent before it reset its connection
/// still arrives at the other, then the reset; there are 5 s for that once nothing goes the other way any more. Thread-safe.
/// </remarks>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "It ends by itself, and then cancels its source of cancellations, which lets go of the timer.")]
public sealed partial class RelayedStream : IActiveStream, IByteStringReceiver, IAnswerReceiver
{
    private readonly TransportConnection _local;
    private readonly IRelayedStreamObserver? _observer;
    private readonly TimeProvider _timeProvider;
    private readonly OutboundPump _outbound;
    private readonly ReceiveQueue _queue;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<StreamEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RemoteReference? _remote;

    /// <summary>Creates one end of a stream. It takes calls of <c>write</c> at once, and sends none before <see cref="Start"/>.</summary>
    /// <param name="local">The local connection, which then belongs to the stream.</param>
    /// <param name="options">The receive window, who looks on, and the clock.</param>
    public RelayedStream(TransportConnection local, RelayedStreamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(local);
        options ??= new RelayedStreamOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ReceiveWindow, 1, nameof(options));
        _local = local;
        _observer = options.Observer;
        _timeProvider = options.TimeProvider;
        _outbound = new OutboundPump(local, options);
        _queue = new ReceiveQueue(
            new ReceiveWindow(options.ReceiveWindow, options.MaxReceiveWindow, options.Reservation, options.TimeProvider), options.Pacer);
    }

    /// <summary>Completes when the stream is over: its local connection is closed, or has been reset. It never fails.</summary>
    public Task<StreamEnd> Ended => _ended.Task;

    /// <summary>How many bytes the local connection has given to the other end.</summary>
    public long OutboundBytes => _outbound.Sent;

    /// <summary>How many bytes of the other end the local connection has taken.</summary>
    public long InboundBytes => _queue.Written;

    /// <summary>Starts to carry bytes.</summary>
    /// <param name="remote">The other end's handler or responder; the stream disposes it when it is over.</param>
    /// <param name="sendWindow">The other end's window.</param>
    /// <exception cref="InvalidOperationException">The stream has been started already.</exception>
    public void Start(RemoteReference remote, int sendWindow)
    {
        ArgumentNullException.ThrowIfNull(remote);
        ArgumentOutOfRangeException.ThrowIfLessThan(sendWindow, 1);
        Phase phase;
        lock (_gate)
        {
            if (_remote is not null)
            {
                throw new InvalidOperationException("The stream has been started already.");
            }

            _remote = remote;
            phase = _phase;
        }

        if (phase == Phase.Over)
        {
            Tell(remote, "the connection is gone already");
            _ = _detached ? Task.CompletedTask : _local.DisposeAsync().AsTask();
            return;
        }

        _outbound.Window.Open(sendWindow);
        CancellationTokenRegistration onDisconnected = remote.Connection.Disconnected.UnsafeRegister(
            static self => ((RelayedStream)self!).OnRemoteLost(), this);
        _ = RunAsync(remote, onDisconnected);
    }

    /// <summary>Ends a stream that has not started, and leaves its local connection to the caller.</summary>
    /// <param name="reason">Why, for the other end if it starts to write after all.</param>
    /// <returns>Whether the connection is the caller's; false if the stream has started, or is over.</returns>
    public bool TryDetach(string reason)
    {
        lock (_gate)
        {
            if (_phase == Phase.Over || _remote is not null)
            {
                return false;
            }

            _phase = Phase.Over;
            _detached = true;
            _reason ??= reason;
        }

        _queue.Fail(new IOException(reason));
        CompleteEnded();
        return true;
    }

    /// <summary>Ends both directions at once; the local connection is reset, and the other end is told.</summary>
    /// <param name="reason">Why, for the other end and for the logs.</param>
    public void Abort(string reason) => Cut(reason);

    private async Task RunAsync(RemoteReference remote, CancellationTokenRegistration onDisconnected)
    {
        IDisposable? watch = null;
        try
        {
            watch = _local.WatchForLoss(OnLocalLost);
            Task outbound = SendAsync(remote);
            await ReceiveAsync().ConfigureAwait(false);
            await ResetIfAbortedAsync().ConfigureAwait(false);
            await outbound.ConfigureAwait(false);
            await AwaitAnswersAsync().ConfigureAwait(false);
            await ResetIfAbortedAsync().ConfigureAwait(false);
            if (!TryFinish())
            {
                _local.Abort();
            }
        }
        catch (Exception exception)
        {
            Cut(exception.Message); // A host's own kind of connection has failed.
        }

        onDisconnected.Unregister();
        watch?.Dispose();
        await DisposeLocalAsync().ConfigureAwait(false);
        CompleteEnded();
    }

    /// <summary>Closes the local connection, once nobody uses its pipes any more.</summary>
    private async Task DisposeLocalAsync()
    {
        try
        {
            await _local.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            _local.Abort(); // What a host's pipes throw when they are completed must not keep the stream from its end.
        }
    }

    /// <summary>From the local connection to the other end. It never fails.</summary>
    private async Task SendAsync(RemoteReference remote)
    {
        try
        {
            await _outbound.RunAsync(remote, this).ConfigureAwait(false);
            OnLocalEnded();
        }
        catch (ConnectionLostException)
        {
            OnRemoteLost();
        }
        catch (Exception exception)
        {
            OnLocalReset(Describe(exception));
        }
    }

    /// <summary>From the other end to the local connection. It never fails.</summary>
    private async Task ReceiveAsync()
    {
        try
        {
            await _queue.DrainAsync(_local).ConfigureAwait(false);
            if (IsClosedByRemote)
            {
                await _local.Output.CompleteAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            OnLocalLost(exception);
        }
    }

    private async Task AwaitAnswersAsync()
    {
        try
        {
            await _outbound.Window.WaitUntilAnsweredAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Aborted meanwhile, by whichever side; whoever did it has seen to the rest.
        }
    }

    private static string Describe(Exception exception) => exception switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown } => "connection reset by peer",
        SocketException { SocketErrorCode: SocketError.TimedOut } => "the peer's host does not answer",
        _ => exception.Message,
    };
}
