using System.Net.Sockets;

namespace Foolscap.Tubs.Transports;

/// <summary>
/// TCP's own keepalive, for connections on which nothing is under way: the kernel asks after 20 s of silence, and every
/// 10 s then; four questions without an answer, after 60 s in all, and the next read fails.
/// </summary>
internal static class SocketKeepAlive
{
    private const int SilenceSeconds = 20;
    private const int IntervalSeconds = 10;
    private const int Probes = 4;

    /// <summary>Sets it, as far as the system and the kind of socket know of it.</summary>
    public static void Enable(Socket socket)
    {
        TrySet(socket, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, SilenceSeconds);
        TrySet(socket, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, IntervalSeconds);
        TrySet(socket, SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
        TrySet(socket, SocketOptionLevel.Socket, SocketOptionName.KeepAlive, 1);
    }

    private static void TrySet(Socket socket, SocketOptionLevel level, SocketOptionName name, int value)
    {
        try
        {
            socket.SetSocketOption(level, name, value);
        }
        catch (Exception exception) when (exception is SocketException or PlatformNotSupportedException)
        {
            // Not known here, or the connection is gone already, which the next read tells.
        }
    }
}
