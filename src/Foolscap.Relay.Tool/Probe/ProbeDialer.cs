using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Foolscap.Furls;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tool.Probe;

/// <summary>Resolves and connects as any Tub does, and tells how long either took. For one hint, once.</summary>
internal sealed class ProbeDialer(Action<StepResult> passed, TimeSpan timeout) : IConnectionDialer
{
    /// <summary>Why it did not connect, with the time that it took to fail.</summary>
    public (ProbeStep Step, TimeSpan Took, Exception Exception)? Failure { get; private set; }

    public bool CanDial(ConnectionHint hint) => hint.TryGetTcpEndpoint(out _, out _);

    public async Task<TransportConnection> DialAsync(ConnectionHint hint, CancellationToken cancellationToken)
    {
        hint.TryGetTcpEndpoint(out string? host, out int port);
        long start = Stopwatch.GetTimestamp();
        ProbeStep step = ProbeStep.Resolve;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(host!, limit.Token).ConfigureAwait(false);
            passed(new StepResult(step, Stopwatch.GetElapsedTime(start), string.Join(", ", addresses.Select(address => address.ToString()))));
            (start, step) = (Stopwatch.GetTimestamp(), ProbeStep.Connect);
            Socket socket = await ConnectAsync(addresses, port, limit.Token).ConfigureAwait(false);
            passed(new StepResult(step, Stopwatch.GetElapsedTime(start), $"{socket.RemoteEndPoint} from {socket.LocalEndPoint}"));
            return TransportConnection.FromSocket(socket);
        }
        catch (Exception exception)
        {
            Failure = (step, Stopwatch.GetElapsedTime(start), exception);
            throw;
        }
    }

    /// <summary>Tries the addresses one after the other, as Foolscap and .NET do.</summary>
    private static async Task<Socket> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        SocketException last = new((int)SocketError.HostNotFound);
        foreach (IPAddress address in addresses)
        {
            Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken).ConfigureAwait(false);
                return socket;
            }
            catch (SocketException exception)
            {
                socket.Dispose();
                last = exception;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw last;
    }
}
