using System.Net;
using System.Net.Sockets;

namespace Foolscap.Relay.Benchmarks.Network;

/// <summary>One way from a caller to the backend.</summary>
/// <param name="Name">For the table.</param>
/// <param name="EndPoint">Where a caller connects.</param>
/// <param name="Request">The header that it sends first.</param>
/// <param name="Programs">The processes on the way, the relay first.</param>
internal sealed record MeasuredPath(string Name, IPEndPoint EndPoint, byte[] Request, IReadOnlyList<ProcessUsage> Programs)
{
    /// <summary>The processor time of all programs on the way.</summary>
    public TimeSpan Cpu => new(Programs.Sum(program => program.Cpu.Ticks));

    /// <summary>Connects, and sends what comes before the data.</summary>
    public async Task<Socket> OpenAsync(StreamKind kind, long transferId = 0)
    {
        Socket socket = await SocketExtensions.ConnectAsync(EndPoint);
        try
        {
            await socket.SendAllAsync((byte[])[.. Request, .. Backend.MakeOpening(kind, transferId)]);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Opens an echo, and waits for its first byte, so that the way is known to be there.</summary>
    public async Task<EchoStream> OpenEchoAsync()
    {
        EchoStream echo = new(await OpenAsync(StreamKind.Echo));
        try
        {
            await echo.RoundTripAsync();
            return echo;
        }
        catch
        {
            echo.Dispose();
            throw;
        }
    }
}
