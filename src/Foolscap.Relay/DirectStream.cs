using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Foolscap.Relay.Streams;
using Foolscap.Tubs;

namespace Foolscap.Relay;

/// <summary>
/// One relayed connection as a plain two-way copy between two connections: on the relay between the caller and the
/// connection that the client has opened for it, on the client between that one and its Tub. TCP does the flow control.
/// </summary>
/// <remarks>
/// An end of one connection's direction is passed on behind its bytes, and so is a reset: what one side has sent before it
/// reset its connection still arrives at the other; there are 5 s for that once nothing goes the other way any more.
/// Idle, it holds no buffer. Thread-safe.
/// </remarks>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "It ends by itself, and then cancels the source that has a timer, which lets go of it; the other has nothing to let go of.")]
public sealed partial class DirectStream : IActiveStream
{
    private readonly Leg _local;
    private readonly Leg _remote;
    private readonly CopyPump _outbound;
    private readonly CopyPump _inbound;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeProvider _timeProvider;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<StreamEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _started;

    /// <summary>Creates a stream, which carries nothing before <see cref="Start"/>.</summary>
    /// <param name="local">The connection to the caller on the relay, to the Tub on the client; it belongs to the stream from <see cref="Start"/> on.</param>
    /// <param name="remote">The connection between relay and client, which belongs to the stream likewise.</param>
    /// <param name="options">Limits, who looks on, and the clock.</param>
    public DirectStream(TransportConnection local, TransportConnection remote, DirectStreamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(local);
        ArgumentNullException.ThrowIfNull(remote);
        options ??= new DirectStreamOptions();
        _local = new Leg(local);
        _remote = new Leg(remote);
        _timeProvider = options.TimeProvider;
        _outbound = new CopyPump(local, remote, StreamDirection.Outbound, options, _stopping.Token);
        _inbound = new CopyPump(remote, local, StreamDirection.Inbound, options, _stopping.Token);
    }

    /// <inheritdoc/>
    public Task<StreamEnd> Ended => _ended.Task;

    /// <inheritdoc/>
    public long OutboundBytes => _outbound.Copied;

    /// <inheritdoc/>
    public long InboundBytes => _inbound.Copied;

    /// <summary>Starts to carry bytes, beginning with those that have been read of the connections and not consumed.</summary>
    /// <exception cref="InvalidOperationException">The stream has been started already.</exception>
    public void Start()
    {
        lock (_gate)
        {
            if (_started)
            {
                throw new InvalidOperationException("The stream has been started already.");
            }

            _started = true;
        }

        _ = RunAsync();
    }

    /// <summary>Ends a stream that has not started, and leaves its connections to the caller.</summary>
    /// <returns>Whether they are the caller's; false if the stream has started, or has been aborted.</returns>
    public bool TryDetach()
    {
        lock (_gate)
        {
            if (_started || _phase == Phase.Over)
            {
                return false;
            }

            _started = true;
            _phase = Phase.Over;
        }

        CompleteEnded();
        return true;
    }

    /// <summary>Ends both directions at once; both connections are reset.</summary>
    /// <param name="reason">Why, for the logs.</param>
    public void Abort(string reason) => Cut(reason);

    private async Task RunAsync()
    {
        IDisposable? localWatch = null;
        IDisposable? remoteWatch = null;
        try
        {
            // The end of this process is no end of what was to be carried.
            _local.Connection.ResetIfAbandoned();
            _remote.Connection.ResetIfAbandoned();
            localWatch = _local.Connection.WatchForLoss(failure => OnUnwritable(_local, failure));
            remoteWatch = _remote.Connection.WatchForLoss(failure => OnUnwritable(_remote, failure));
            Task outbound = CarryAsync(_outbound, _local, _remote);
            await CarryAsync(_inbound, _remote, _local).ConfigureAwait(false);
            await outbound.ConfigureAwait(false);
            await ResetRestAsync().ConfigureAwait(false);
            if (!TryFinish())
            {
                AbortBoth();
            }
        }
        catch (Exception exception)
        {
            Cut(exception.Message); // A host's own kind of connection has failed.
        }

        localWatch?.Dispose();
        remoteWatch?.Dispose();
        await DisposeAsync(_local).ConfigureAwait(false);
        await DisposeAsync(_remote).ConfigureAwait(false);
        CompleteEnded();
    }

    /// <summary>Carries one direction to its end, and sees to what that means for the other. It never fails.</summary>
    private async Task CarryAsync(CopyPump pump, Leg from, Leg to)
    {
        try
        {
            await pump.RunAsync().ConfigureAwait(false);
            if (OnInputEnded(from))
            {
                await to.Connection.Output.CompleteAsync().ConfigureAwait(false);
            }
        }
        catch (OutputFailedException failure)
        {
            OnUnwritable(to, failure.InnerException!);
        }
        catch (Exception exception)
        {
            OnReset(from, Describe(exception));
        }
    }

    /// <summary>Closes a connection, once nobody uses its pipes any more.</summary>
    private static async Task DisposeAsync(Leg leg)
    {
        try
        {
            await leg.Connection.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            leg.Connection.Abort(); // What a host's pipes throw when they are completed must not keep the stream from its end.
        }
    }

    private void CompleteEnded() => _ended.TrySetResult(new StreamEnd(_reason, OutboundBytes, InboundBytes));

    private static string Describe(Exception exception) => exception switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown } => "connection reset by peer",
        SocketException { SocketErrorCode: SocketError.TimedOut } => "the peer's host does not answer",
        _ => exception.Message,
    };

    /// <summary>One of the two connections.</summary>
    private sealed class Leg(TransportConnection connection)
    {
        public TransportConnection Connection => connection;

        /// <summary>Whether its input has ended in order, and the other connection has been told. The stream's lock guards it.</summary>
        public bool HasEnded { get; set; }
    }
}
