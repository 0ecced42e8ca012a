using System.Net;
using Foolscap.Relay.Server;
using Foolscap.Tubs;

namespace Foolscap.Relay.AspNetCore.Status;

/// <summary>How full a relay's limits are.</summary>
internal static class LimitReports
{
    public static IReadOnlyList<LimitReport> Of(RelaySnapshot snapshot, RatePoint rate)
    {
        RelayLimits limits = snapshot.Limits;
        RelayStatistics statistics = snapshot.Statistics;
        return
        [
            ForAll(nameof(limits.MaxRegisteredTubs), statistics.RegisteredTubs, limits.MaxRegisteredTubs),
            ForEach(nameof(limits.MaxRegisteredTubsPerAddress), Most(snapshot.Tubs.Select(item => item.Tub.Address)), limits.MaxRegisteredTubsPerAddress),
            ForAll(nameof(limits.MaxStreams), statistics.ActiveStreams + statistics.HeldConnections, limits.MaxStreams),
            ForEach(nameof(limits.MaxStreamsPerTub), snapshot.Tubs.Select(item => item.Tub.ActiveStreams).DefaultIfEmpty().Max(), limits.MaxStreamsPerTub),
            ForEach(nameof(limits.MaxStreamsPerAddress), Most(snapshot.Connections.Select(connection => ToAddress(connection.Peer))), limits.MaxStreamsPerAddress),
            new(nameof(limits.MaxBufferedBytes), "bytes", statistics.ReservedBytes, limits.MaxBufferedBytes, false),
            new(nameof(limits.BytesPerSecond), "bytes/s", rate.ToTubs + rate.FromTubs, limits.BytesPerSecond, false),
            new(nameof(limits.BytesPerSecondPerTub), "bytes/s", snapshot.Tubs.Select(item => item.Rate).DefaultIfEmpty().Max(), limits.BytesPerSecondPerTub, true),
            ForAll(nameof(snapshot.ListenerOptions.MaxHalfOpenConnections), snapshot.Listener.HalfOpenConnections, snapshot.ListenerOptions.MaxHalfOpenConnections),
            ForAll(nameof(snapshot.ListenerOptions.MaxConnections), snapshot.Listener.Connections, snapshot.ListenerOptions.MaxConnections),
        ];
    }

    private static LimitReport ForAll(string name, int used, int limit) => new(name, "", used, limit, false);

    private static LimitReport ForEach(string name, int used, int limit) => new(name, "", used, limit, true);

    /// <summary>How often the address occurs that occurs most, counted as the limits count.</summary>
    private static int Most(IEnumerable<EndPoint?> addresses) => addresses
        .Select(AddressPrefix.Of).OfType<AddressPrefix>().CountBy(prefix => prefix).Select(pair => pair.Value).DefaultIfEmpty().Max();

    private static IPEndPoint? ToAddress(string peer) => IPEndPoint.TryParse(peer, out IPEndPoint? address) ? address : null;
}
