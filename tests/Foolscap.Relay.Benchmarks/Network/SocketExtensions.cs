using System.Net;
using System.Net.Sockets;

namespace Foolscap.Relay.Benchmarks.Network;

/// <summary>What the ends of a connection need of their sockets.</summary>
internal static class SocketExtensions
{
    /// <summary>Connects to an address on loopback.</summary>
    public static async Task<Socket> ConnectAsync(IPEndPoint endPoint)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static async ValueTask SendAllAsync(this Socket socket, ReadOnlyMemory<byte> data)
    {
        while (!data.IsEmpty)
        {
            data = data[await socket.SendAsync(data)..];
        }
    }

    /// <exception cref="EndOfStreamException">The connection ended before that.</exception>
    public static async ValueTask ReceiveExactlyAsync(this Socket socket, Memory<byte> data)
    {
        while (!data.IsEmpty)
        {
            int count = await socket.ReceiveAsync(data);
            data = count > 0 ? data[count..] : throw new EndOfStreamException("A connection ended before its time.");
        }
    }
}
