using System.Net;
using System.Net.Sockets;

namespace Foolscap.TestUtilities;

/// <summary>
/// A port for what is told its port, or comes back on it. It is none of those that the kernel gives to whoever does not name
/// one: else somebody beside this test could get it in the time between.
/// </summary>
public static class FreePort
{
    private const int Lowest = 20_000;
    private const int FirstEphemeral = 32_768;

    /// <summary>Finds a port on which nobody listens.</summary>
    public static int Find()
    {
        int highest = Math.Max(Lowest + 1000, Math.Min(ReadFirstEphemeral(), FirstEphemeral));
        while (true)
        {
            int port = Random.Shared.Next(Lowest, highest);
            using Socket socket = new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
                return port;
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // The next one.
            }
        }
    }

    private static int ReadFirstEphemeral()
    {
        const string Range = "/proc/sys/net/ipv4/ip_local_port_range";
        return File.Exists(Range) ? int.Parse(File.ReadAllText(Range).Split('\t', ' ')[0]) : FirstEphemeral;
    }
}
