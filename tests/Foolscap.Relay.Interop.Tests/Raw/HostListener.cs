using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Relay.Server;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests.Raw;

/// <summary>A host's own listener, which hands connections to the relay in a way of its own.</summary>
internal sealed class HostListener : IDisposable
{
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly RelayServer _relay;
    private readonly int? _bufferSize;

    public HostListener(RelayServer relay, int? bufferSize = null)
    {
        _relay = relay;
        _bufferSize = bufferSize;
        if (bufferSize is int size)
        {
            (_listening.SendBufferSize, _listening.ReceiveBufferSize) = (size, size);
        }

        _listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen();
    }

    public int Port => ((IPEndPoint)_listening.LocalEndPoint!).Port;

    /// <summary>Connects to this listener, which makes its side of the connection into what the relay gets.</summary>
    public async Task<RawSocket> ConnectAsync(Func<Socket, Task<TransportConnection>> makeConnection)
    {
        RawSocket caller = await RawSocket.ConnectAsync(Port, _bufferSize);
        _ = ServeAsync(makeConnection);
        return caller;
    }

    /// <summary>Accepts the next connection, and hands it to the relay.</summary>
    public async Task ServeAsync(Func<Socket, Task<TransportConnection>> makeConnection)
    {
        Socket accepted = await _listening.AcceptAsync().For("a connection to the host's listener");
        await _relay.HandleAsync(await makeConnection(accepted));
    }

    /// <summary>A socket as a web server has it: two pipes, which loops of its own fill and empty.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="bytesToRead">How many bytes the host reads, and consumes, before it hands the connection on.</param>
    public static async Task<TransportConnection> MakePipesAsync(Socket socket, int bytesToRead)
    {
        byte[] read = await new RawSocket(socket, "the host").ReceiveExactlyAsync(bytesToRead);
        Pipe input = new();
        Pipe output = new();
        NetworkStream stream = new(socket, ownsSocket: true);
        _ = FillAsync(stream, input.Writer);
        _ = EmptyAsync(output.Reader, stream);
        return TransportConnection.FromPipe(new SocketPipes(input.Reader, output.Writer), socket.RemoteEndPoint, abort: () => socket.Close(timeout: 0), read);
    }

    /// <summary>A socket as a pair of pipes without loops, which read and write it directly.</summary>
    public static Task<TransportConnection> MakeStreamPipesAsync(Socket socket)
    {
        NetworkStream stream = new(socket, ownsSocket: true);
        SocketPipes pipes = new(PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true)), PipeWriter.Create(stream));
        return Task.FromResult(TransportConnection.FromPipe(pipes, socket.RemoteEndPoint, abort: () => socket.Close(timeout: 0)));
    }

    public void Dispose() => _listening.Dispose();

    private static async Task FillAsync(NetworkStream stream, PipeWriter input)
    {
        try
        {
            await stream.CopyToAsync(input);
            await input.CompleteAsync();
        }
        catch (Exception exception)
        {
            await input.CompleteAsync(exception); // the reader sees it
        }
    }

    private static async Task EmptyAsync(PipeReader output, NetworkStream stream)
    {
        try
        {
            await output.CopyToAsync(stream);
            stream.Socket.Shutdown(SocketShutdown.Send);
            await output.CompleteAsync();
        }
        catch (Exception exception)
        {
            await output.CompleteAsync(exception); // the writer sees it
        }
    }

    private sealed record SocketPipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
