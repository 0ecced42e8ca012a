using System.IO.Pipelines;
using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Server;
using Foolscap.Tubs;

namespace Foolscap.Relay.Hosting.Services;

/// <summary>
/// Connects to a relay as any other Tub does: a connection to each port on which it listens, the request, TLS with the
/// relay's own certificate, and the negotiation. A relay without a port gets the connection in memory.
/// </summary>
internal sealed class SelfProbe(RelayServer server, TubId relay, IReadOnlyList<IPEndPoint> endPoints, TimeProvider timeProvider)
{
    /// <summary>What takes longer than this on the same machine is not ready.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly Lazy<TubCertificate> _certificate = new(TubCertificate.Create);

    /// <summary>Connects once to each port.</summary>
    /// <returns>What became of it. It fails only if it is cancelled.</returns>
    public async Task<SelfProbeResult> RunAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset time = timeProvider.GetUtcNow();
        long began = timeProvider.GetTimestamp();
        string? failure = null;
        try
        {
            foreach (IPEndPoint? endPoint in endPoints.DefaultIfEmpty())
            {
                await ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // What fails because the relay stops is the cancellation, whatever it looks like: whoever waits for the end expects no other.
            cancellationToken.ThrowIfCancellationRequested();
            failure = exception.Message; // Of whatever kind: a probe that cannot be done is one that failed.
        }

        return new SelfProbeResult(time, timeProvider.GetElapsedTime(began), failure);
    }

    private async Task ConnectAsync(IPEndPoint? endPoint, CancellationToken cancellationToken)
    {
        TubOptions options = new() { Dialer = new Dialer(token => OpenAsync(endPoint, token)), ConnectTimeout = Limit, Limits = TubLimits.Small };
        Tub tub = new(_certificate.Value, options, loggerFactory: null, timeProvider);
        await using (tub.ConfigureAwait(false))
        {
            await tub.ConnectAsync(new Furl(relay, [Dialer.Hint], "self-probe"), cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<TransportConnection> OpenAsync(IPEndPoint? endPoint, CancellationToken cancellationToken)
    {
        if (endPoint is not null)
        {
            return TransportConnection.ConnectTcpAsync(Reachable(endPoint), cancellationToken);
        }

        Pipe there = new();
        Pipe back = new();
        _ = server.HandleAsync(TransportConnection.FromPipe(new End(there.Reader, back.Writer)));
        return Task.FromResult(TransportConnection.FromPipe(new End(back.Reader, there.Writer)));
    }

    /// <summary>Nobody can connect to a wildcard on every system; loopback is a part of it.</summary>
    private static IPEndPoint Reachable(IPEndPoint endPoint) =>
        endPoint.Address.Equals(IPAddress.Any) ? new IPEndPoint(IPAddress.Loopback, endPoint.Port)
        : endPoint.Address.Equals(IPAddress.IPv6Any) ? new IPEndPoint(IPAddress.IPv6Loopback, endPoint.Port)
        : endPoint;

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Dialer(Func<CancellationToken, Task<TransportConnection>> open) : IConnectionDialer
    {
        public static readonly ConnectionHint Hint = ConnectionHint.Parse("self:probe");

        public bool CanDial(ConnectionHint hint) => hint == Hint;

        public Task<TransportConnection> DialAsync(ConnectionHint hint, CancellationToken cancellationToken) => open(cancellationToken);
    }
}
