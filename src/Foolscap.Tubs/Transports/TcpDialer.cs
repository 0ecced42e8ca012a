using System.Net;
using System.Net.Sockets;
using Foolscap.Furls;

namespace Foolscap.Tubs.Transports;

/// <summary>Opens TCP connections. A host's name is resolved anew each time, and all of its addresses are tried.</summary>
internal sealed class TcpDialer : IConnectionDialer
{
    public static TcpDialer Instance { get; } = new();

    public bool CanDial(ConnectionHint hint) => hint.TryGetTcpEndpoint(out _, out _);

    public async Task<TransportConnection> DialAsync(ConnectionHint hint, CancellationToken cancellationToken)
    {
        if (!hint.TryGetTcpEndpoint(out string? host, out int port))
        {
            throw new NegotiationException($"The hint {hint} is not for TCP.");
        }

        return await ConnectAsync(
            IPAddress.TryParse(host, out IPAddress? address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port),
            cancellationToken).ConfigureAwait(false);
    }

    public static async Task<TransportConnection> ConnectAsync(EndPoint target, CancellationToken cancellationToken)
    {
        Socket socket = target is IPEndPoint address
            ? new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(target, cancellationToken).ConfigureAwait(false);
            return TransportConnection.FromSocket(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
