using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
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
/// a <c>write</c> beyond it ends the stream. Idle, it holds no buffer. Thread-safe.
/// </remarks>
public sealed class RelayedStream : IByteStringReceiver, IAnswerReceiver
{
    private const int MaxReasonLength = 200;
    private const string LostReason = "the connection between relay and client was lost";

    private readonly TransportConnection _local;
    private readonly IRelayedStreamObserver? _observer;
    private readonly SendWindow _window = new();
    private readonly ReceiveQueue _queue;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<StreamEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RemoteReference? _remote;
    private long _sent;
    private bool _closed;
    private bool _over;
    private bool _detached;
    private string? _abortReason;

    /// <summary>Creates one end of a stream. It takes calls of <c>write</c> at once, and sends none before <see cref="Start"/>.</summary>
    /// <param name="local">The local connection, which then belongs to the stream.</param>
    /// <param name="options">The receive window, and who looks on.</param>
    public RelayedStream(TransportConnection local, RelayedStreamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(local);
        options ??= new RelayedStreamOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ReceiveWindow, 1, nameof(options));
        _local = local;
        _observer = options.Observer;
        _queue = new ReceiveQueue(options.ReceiveWindow);
    }

    /// <summary>Completes when the stream is over: its local connection is closed, or has been reset. It never fails.</summary>
    public Task<StreamEnd> Ended => _ended.Task;

    /// <summary>How many bytes the local connection has given to the other end.</summary>
    public long OutboundBytes => Volatile.Read(ref _sent);

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
        bool over;
        lock (_gate)
        {
            if (_remote is not null)
            {
                throw new InvalidOperationException("The stream has been started already.");
            }

            _remote = remote;
            over = _over;
        }

        if (over)
        {
            TellAborted(remote, "the connection is gone already");
            _ = _detached ? Task.CompletedTask : _local.DisposeAsync().AsTask();
            return;
        }

        _window.Open(sendWindow);
        CancellationTokenRegistration onDisconnected = remote.Connection.Disconnected.UnsafeRegister(
            static self => ((RelayedStream)self!).End(LostReason, tellRemote: false), this);
        _ = RunAsync(remote, onDisconnected);
    }

    /// <summary>Ends a stream that has not started, and leaves its local connection to the caller.</summary>
    /// <param name="reason">Why, for the other end if it starts to write after all.</param>
    /// <returns>Whether the connection is the caller's; false if the stream has started, or is over.</returns>
    public bool TryDetach(string reason)
    {
        lock (_gate)
        {
            if (_over || _remote is not null)
            {
                return false;
            }

            _over = _detached = true;
            _abortReason = reason;
        }

        _queue.Fail(new IOException(reason));
        CompleteEnded();
        return true;
    }

    /// <summary>Ends both directions at once; the local connection is reset, and the other end is told.</summary>
    /// <param name="reason">Why, for the other end and for the logs.</param>
    public void Abort(string reason) => End(reason, tellRemote: true);

    /// <inheritdoc/>
    void IByteStringReceiver.Receive(string method, in ReadOnlySequence<byte> data, PendingAnswer answer)
    {
        if (method == RelayProtocol.Abort)
        {
            OnAbortedByRemote(Encoding.ASCII.GetString(data.Slice(0, Math.Min(data.Length, MaxReasonLength))));
            answer.Complete();
            return;
        }

        if (method != RelayProtocol.Write)
        {
            throw new ViolationException($"{method}() does not take a byte string");
        }

        try
        {
            CheckWrite(data.Length);
            _queue.CheckRoom(data.Length);
            _observer?.OnData(StreamDirection.Inbound, data);
            _queue.Add(data, answer);
        }
        catch (Exception exception)
        {
            Abort(exception.Message);
            throw;
        }
    }

    /// <inheritdoc/>
    ValueTask<object?> IReferenceable.CallAsync(RemoteCall call)
    {
        switch (call.Method)
        {
            case RelayProtocol.Close:
                OnClosedByRemote();
                return default;
            case RelayProtocol.Abort:
                OnAbortedByRemote(call.Arguments.ElementAtOrDefault(0) as string ?? "no reason given");
                return default;
            case RelayProtocol.Write:
                Abort("a write must carry one byte string");
                throw new ViolationException("a write must carry one byte string");
            default:
                throw call.UnknownMethod();
        }
    }

    /// <inheritdoc/>
    void IAnswerReceiver.OnAnswer(int tag, object? value)
    {
        try
        {
            _window.OnAnswered(tag, value is null ? null : RelayWindow.Parse(value));
        }
        catch (ViolationException violation)
        {
            Abort(violation.Message);
        }
    }

    /// <inheritdoc/>
    void IAnswerReceiver.OnFailure(int tag, Exception failure) => End(
        failure is ConnectionLostException ? LostReason : $"the other end refused: {failure.Message}",
        tellRemote: failure is not ConnectionLostException);

    private void CheckWrite(long length)
    {
        lock (_gate)
        {
            if (_over || _closed)
            {
                throw new ViolationException(_over ? "the stream is over" : "a write came after the close");
            }
        }

        if (length is < 1 or > RelayProtocol.MaxWriteSize)
        {
            throw new ViolationException($"a write must carry 1 to {RelayProtocol.MaxWriteSize} bytes, and not {length}");
        }
    }

    private void ThrowIfOver()
    {
        lock (_gate)
        {
            if (_over)
            {
                throw new OperationCanceledException(_abortReason);
            }
        }
    }

    private void OnAbortedByRemote(string reason) => End($"aborted by the other end: {Cut(reason)}", tellRemote: false);

    private void OnClosedByRemote()
    {
        lock (_gate)
        {
            if (_over || _closed)
            {
                return;
            }

            _closed = true;
        }

        _queue.Complete();
    }

    private async Task RunAsync(RemoteReference remote, CancellationTokenRegistration onDisconnected)
    {
        try
        {
            Task outbound = SendAsync(remote);
            Task inbound = ReceiveAsync();
            await Task.WhenAll(outbound, inbound).ConfigureAwait(false);
            await _window.WaitUntilAnsweredAsync().ConfigureAwait(false);
            End(abortReason: null, tellRemote: false);
        }
        catch (Exception exception)
        {
            Abort(exception.Message);
        }

        onDisconnected.Unregister();

        // Only now that nobody uses its pipes any more.
        await _local.DisposeAsync().ConfigureAwait(false);
        CompleteEnded();
    }

    /// <summary>From the local connection to the other end.</summary>
    private async Task SendAsync(RemoteReference remote)
    {
        ByteStringSender sender = new(remote, RelayProtocol.Write, this);
        PipeReader input = _local.Input;
        try
        {
            while (true)
            {
                await _window.WaitAsync().ConfigureAwait(false);

                // A Pipe gives bytes that were looked at and left before a cancelled read to TryRead only.
                ReadResult result = input.TryRead(out ReadResult left) ? left : await input.ReadAsync().ConfigureAwait(false);
                if (result.IsCanceled)
                {
                    // By whoever watched the connection before this, or by the end of the stream.
                    ThrowIfOver();
                }

                await SendAsync(sender, result.Buffer).ConfigureAwait(false);
                input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    remote.CallOnly(RelayProtocol.Close);
                    return;
                }
            }
        }
        catch (Exception exception)
        {
            // The other direction has to learn of it now, and not when it happens to end.
            Abort(Describe(exception));
            throw;
        }
    }

    private async ValueTask SendAsync(ByteStringSender sender, ReadOnlySequence<byte> data)
    {
        while (!data.IsEmpty)
        {
            await _window.WaitAsync().ConfigureAwait(false);
            int count = (int)Math.Min(data.Length, Math.Min(_window.Room, RelayProtocol.MaxWriteSize));
            if (count <= 0)
            {
                continue; // The window has shrunk since.
            }

            ReadOnlySequence<byte> part = data.Slice(0, count);
            _observer?.OnData(StreamDirection.Outbound, part);
            _window.OnSent(count);
            await sender.SendAsync(part, count).ConfigureAwait(false);
            Volatile.Write(ref _sent, _sent + count);
            data = data.Slice(count);
        }
    }

    /// <summary>From the other end to the local connection.</summary>
    private async Task ReceiveAsync()
    {
        try
        {
            await _queue.DrainAsync(_local.Output).ConfigureAwait(false);
            await _local.Output.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Abort(Describe(exception));
            throw;
        }
    }

    /// <summary>Ends the stream; the first end counts.</summary>
    private void End(string? abortReason, bool tellRemote)
    {
        RemoteReference? remote;
        lock (_gate)
        {
            if (_over)
            {
                return;
            }

            _over = true;
            _abortReason = abortReason;
            remote = _remote;
        }

        if (abortReason is not null)
        {
            IOException failure = new(abortReason);
            _window.Fail(failure);
            _queue.Fail(failure);
            CompleteEnded();
            AbortLocal();
        }

        if (remote is not null)
        {
            if (tellRemote)
            {
                TellAborted(remote, abortReason ?? "the stream is over");
            }
            else
            {
                remote.Dispose();
            }
        }
    }

    private void AbortLocal()
    {
        try
        {
            _local.Abort();
        }
        catch (Exception)
        {
            // A host's own way of aborting has failed. That is no reason to end other streams; disposal will close it.
        }
    }

    private static void TellAborted(RemoteReference remote, string reason)
    {
        try
        {
            remote.CallOnly(RelayProtocol.Abort, [Cut(reason)]);
        }
        catch (Exception exception) when (exception is ConnectionLostException or ObjectDisposedException)
        {
            // Then the other end knows already.
        }

        remote.Dispose();
    }

    private void CompleteEnded() => _ended.TrySetResult(new StreamEnd(_abortReason, OutboundBytes, InboundBytes));

    private static string Cut(string reason) => reason.Length > MaxReasonLength ? reason[..MaxReasonLength] : reason;

    private static string Describe(Exception exception) => exception is SocketException { SocketErrorCode: SocketError.ConnectionReset }
        ? "connection reset by peer"
        : exception.Message;
}
