using Foolscap.Relay.Server;

namespace Foolscap.Relay.AspNetCore.Status;

/// <summary>How full a relay's limits are.</summary>
internal static class LimitReports
{
    public static IReadOnlyList<LimitReport> Of(RelaySnapshot snapshot, RatePoint rate)
    {
        RelayLimits limits = snapshot.Limits;
        RelayStatistics statistics = snapshot.Statistics;
        LimitUse use = snapshot.Use;
        return
        [
            ForAll(nameof(limits.MaxRegisteredTubs), statistics.RegisteredTubs, limits.MaxRegisteredTubs),
            ForEach(nameof(limits.MaxRegisteredTubsPerAddress), use.TubsOfAnAddress, limits.MaxRegisteredTubsPerAddress),
            ForAll(nameof(limits.MaxStreams), statistics.ActiveStreams + statistics.HeldConnections, limits.MaxStreams),
            ForEach(nameof(limits.MaxStreamsPerTub), use.StreamsOfATub, limits.MaxStreamsPerTub),
            ForEach(nameof(limits.MaxStreamsPerAddress), use.StreamsOfAnAddress, limits.MaxStreamsPerAddress),
            new(nameof(limits.MaxBufferedBytes), "bytes", statistics.ReservedBytes, limits.MaxBufferedBytes, false),
            new(nameof(limits.BytesPerSecond), "bytes/s", rate.ToTubs + rate.FromTubs, limits.BytesPerSecond, false),
            new(nameof(limits.BytesPerSecondPerTub), "bytes/s", use.RateOfATub, limits.BytesPerSecondPerTub, true),
            ForAll(nameof(snapshot.ListenerOptions.MaxHalfOpenConnections), snapshot.Listener.HalfOpenConnections, snapshot.ListenerOptions.MaxHalfOpenConnections),
            ForAll(nameof(snapshot.ListenerOptions.MaxConnections), snapshot.Listener.Connections, snapshot.ListenerOptions.MaxConnections),
        ];
    }

    private static LimitReport ForAll(string name, int used, int limit) => new(name, "", used, limit, false);

    private static LimitReport ForEach(string name, int used, int limit) => new(name, "", used, limit, true);
}
