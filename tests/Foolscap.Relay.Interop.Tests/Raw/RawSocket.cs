using System.Net;
using System.Net.Sockets;
using System.Text;
using Foolscap.Furls;
using Foolscap.Relay.Interop.Tests.Peers;

namespace Foolscap.Relay.Interop.Tests.Raw;

/// <summary>A TCP socket in place of B or C. Every wait has the limit of <see cref="Waiting"/>.</summary>
internal sealed class RawSocket(Socket socket, string name) : IDisposable
{
    /// <summary>The length of every request that <see cref="MakeRequest"/> makes.</summary>
    public const int RequestLength = 109;

    public Socket Socket => socket;

    /// <summary>Connects to a port on loopback.</summary>
    /// <param name="port">The port.</param>
    /// <param name="bufferSize">The size of the kernel's buffers, if they shall be small.</param>
    public static Task<RawSocket> ConnectAsync(int port, int? bufferSize = null) =>
        ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), bufferSize);

    /// <summary>Connects to a port.</summary>
    /// <param name="target">The address.</param>
    /// <param name="bufferSize">The size of the kernel's buffers, if they shall be small.</param>
    public static async Task<RawSocket> ConnectAsync(IPEndPoint target, int? bufferSize = null)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (bufferSize is int size)
        {
            (socket.SendBufferSize, socket.ReceiveBufferSize) = (size, size);
        }

        await socket.ConnectAsync(target).For($"a connection to {target}");
        return new RawSocket(socket, "B");
    }

    /// <summary>The request of a Foolscap client for a Tub.</summary>
    public static byte[] MakeRequest(TubId tubId) =>
        Encoding.ASCII.GetBytes($"GET /id/{tubId} HTTP/1.1\r\nHost: localhost\r\nUpgrade: TLS/1.0\r\nConnection: Upgrade\r\n\r\n");

    public async Task SendAsync(ReadOnlyMemory<byte> data)
    {
        while (!data.IsEmpty)
        {
            data = data[await socket.SendAsync(data).AsTask().For($"room to send in the socket of {name}")..];
        }
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Receives a certain number of bytes.</summary>
    public async Task<byte[]> ReceiveExactlyAsync(int count)
    {
        byte[] data = new byte[count];
        for (int received = 0; received < count;)
        {
            int more = await socket.ReceiveAsync(data.AsMemory(received)).AsTask().For($"{count - received} of {count} bytes for {name}");
            Assert.That(more, Is.Positive, $"{name} saw the end of the stream after {received} of {count} bytes.");
            received += more;
        }

        return data;
    }

    /// <summary>Receives everything up to the end of the stream.</summary>
    public async Task<byte[]> ReceiveToEndAsync()
    {
        using MemoryStream all = new();
        byte[] buffer = new byte[65536];
        while (await socket.ReceiveAsync(buffer).For($"the end of the stream for {name}, behind {all.Length} bytes") is int count and > 0)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    public async Task<string> ReceiveTextToEndAsync() => Encoding.UTF8.GetString(await ReceiveToEndAsync());

    /// <summary>Waits for a reset, which has to come in place of data or an end.</summary>
    public async Task ReceiveResetAsync()
    {
        SocketException? reset = await Assert.ThrowsAsync<SocketException>(async () => await ReceiveToEndAsync(), $"{name} saw an orderly end.");
        Assert.That(reset!.SocketErrorCode, Is.EqualTo(SocketError.ConnectionReset));
    }

    /// <summary>Half-closes the connection.</summary>
    public void End() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Resets the connection.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
    }

    public void Dispose() => socket.Dispose();
}
