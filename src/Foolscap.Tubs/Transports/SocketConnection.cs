using System.IO.Pipelines;
using System.Net.Sockets;

namespace Foolscap.Tubs.Transports;

/// <summary>
/// A connected TCP socket as a connection. While nothing arrives it holds no buffer (zero-byte reads), and once somebody reads
/// and sends past its pipes, it does not hold those either: of thousands of idle streams they were a seventh.
/// </summary>
internal sealed class SocketConnection : TransportConnection
{
    // One write of the relay protocol, and several TLS records.
    private const int ReadSize = 64 * 1024;

    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly SocketStream _stream;
    private PipeReader? _input;
    private PipeWriter? _output;
    private bool _isFirstOutputReleased;
    private int _closed;

    public SocketConnection(Socket socket)
        : base(socket.RemoteEndPoint)
    {
        socket.NoDelay = true;
        socket.Blocking = false; // Only what is not asynchronous asks: TrySend.
        SocketKeepAlive.Enable(socket);
        _socket = socket;
        _stream = new SocketStream(socket);
    }

    public override PipeReader Input => _input ?? LazyInitializer.EnsureInitialized(ref _input, CreateInput);

    public override PipeWriter Output => _output ?? LazyInitializer.EnsureInitialized(ref _output, CreateOutput);

    /// <summary>What is under the two pipes.</summary>
    internal SocketStream Stream => _stream;

    internal override Delivery? Delivery =>
        TcpInfo.TryGet(_socket, out TcpInfo info) ? new Delivery(info.AcknowledgedBytes, info.IsDelivered) : null;

    public override ValueTask<bool> WaitForInputAsync(CancellationToken cancellationToken = default)
    {
        _input = null; // It holds nothing, by the condition of this call.
        return _stream.WaitUntilReadableAsync(cancellationToken);
    }

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _stream.ReadAsync(buffer, cancellationToken);

    public override int TrySend(ReadOnlySpan<byte> bytes)
    {
        // It holds nothing, by the condition of this call. Only once: who sends much needs one between its calls, again and again.
        if (!_isFirstOutputReleased)
        {
            _isFirstOutputReleased = true;
            _output = null;
        }

        return _stream.TrySend(bytes);
    }

    public override IDisposable? WatchForLoss(Action<Exception> onLost)
    {
        ArgumentNullException.ThrowIfNull(onLost);
        return SocketWatch.Shared.Add(_socket, _stream, onLost);
    }

    public override async ValueTask ResetAsync(TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        try
        {
            // A socket that is closed with a reset throws away what the other end's kernel does not have.
            for (TimeSpan pause = FirstLook; TcpInfo.TryGet(_socket, out TcpInfo info) && !info.IsDelivered;)
            {
                await Task.Delay(pause, timeProvider ?? TimeProvider.System, cancellationToken).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
        catch (OperationCanceledException)
        {
            // Then without it.
        }

        Abort();
    }

    public override void ResetIfAbandoned() => SetReset(true);

    protected override void OnAbort()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            SetReset(true);
            _socket.Dispose();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (IsAborted)
        {
            _stream.GiveUpOutput(); // Whoever aborts it may not have come to the socket yet.
        }

        if (_output is PipeWriter output)
        {
            await output.CompleteAsync().ConfigureAwait(false);
        }

        if (_input is PipeReader input)
        {
            await input.CompleteAsync().ConfigureAwait(false);
        }

        await _stream.DisposeAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            SetReset(false);
            _socket.Dispose();
        }
    }

    private PipeReader CreateInput() => PipeReader.Create(
        _stream, new StreamPipeReaderOptions(new StartSmallPool(), ReadSize, StartSmallPool.MinimumReadSize, leaveOpen: true, useZeroByteReads: true));

    private PipeWriter CreateOutput() => PipeWriter.Create(_stream, new StreamPipeWriterOptions(leaveOpen: false));

    /// <summary>Says whether the socket is reset when it is closed.</summary>
    private void SetReset(bool reset)
    {
        try
        {
            _socket.LingerState = new LingerOption(reset, seconds: 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Reset by the other end already.
        }
    }
}
