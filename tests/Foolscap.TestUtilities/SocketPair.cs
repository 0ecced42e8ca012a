using System.Net;
using System.Net.Sockets;

namespace Foolscap.TestUtilities;

/// <summary>Two ends of one TCP connection on this machine.</summary>
public static class SocketPair
{
    /// <summary>Connects two sockets; both are the caller's.</summary>
    /// <returns>The end that was accepted, and the one that connected.</returns>
    public static async Task<(Socket Accepted, Socket Connected)> ConnectAsync()
    {
        using Socket listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        Socket connected = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await connected.ConnectAsync(listening.LocalEndPoint!).WithinLimit();
        return (await listening.AcceptAsync().WithinLimit(), connected);
    }
}
