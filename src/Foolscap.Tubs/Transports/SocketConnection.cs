using System.IO.Pipelines;
using System.Net.Sockets;

namespace Foolscap.Tubs.Transports;

/// <summary>A connected TCP socket as a connection. While nothing arrives it holds no buffer (zero-byte reads).</summary>
internal sealed class SocketConnection : TransportConnection
{
    // One write of the relay protocol, and several TLS records.
    private const int ReadSize = 64 * 1024;

    private readonly Socket _socket;
    private int _closed;

    public SocketConnection(Socket socket)
        : base(socket.RemoteEndPoint)
    {
        socket.NoDelay = true;
        _socket = socket;
        SocketStream stream = new(socket);
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(new StartSmallPool(), ReadSize, StartSmallPool.MinimumReadSize, leaveOpen: true, useZeroByteReads: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: false));
    }

    public override PipeReader Input { get; }

    public override PipeWriter Output { get; }

    protected override void OnAbort()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            try
            {
                _socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // Reset by the other end already.
            }

            _socket.Dispose();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await Output.CompleteAsync().ConfigureAwait(false);
        await Input.CompleteAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            _socket.Dispose();
        }
    }
}
