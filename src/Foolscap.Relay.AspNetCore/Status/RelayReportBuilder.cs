using Foolscap.Relay.Hosting;
using Foolscap.Relay.Server;

namespace Foolscap.Relay.AspNetCore.Status;

/// <summary>Makes a report of the part of a snapshot that a reader wants to see.</summary>
internal static class RelayReportBuilder
{
    public static RelayReport Build(RelaySnapshot snapshot, RatePoint rate, ReportQuery query, IReadOnlyList<EventReport> events)
    {
        RelayStatistics statistics = snapshot.Statistics;
        return new RelayReport(
            snapshot.TubId.ToString(),
            snapshot.Hints,
            snapshot.IsDraining ? "draining" : "running",
            rate.ToTubs,
            rate.FromTubs,
            statistics.BytesToTubs,
            statistics.BytesFromTubs,
            statistics.ActiveStreams,
            statistics.ActiveDirectStreams,
            statistics.HeldConnections,
            statistics.TotalStreams,
            statistics.RegistrationConflicts,
            snapshot.SelfProbe is SelfProbeResult probe ? new ProbeReport(probe.Time, probe.Duration.TotalSeconds, probe.Failure) : null,
            snapshot.Warning,
            Refusals(snapshot),
            LimitReports.Of(snapshot, rate),
            Tubs(snapshot, query),
            Streams(snapshot, query),
            events);
    }

    private static List<RefusalReport> Refusals(RelaySnapshot snapshot) =>
    [
        .. snapshot.Statistics.Refusals.Select(pair => new RefusalReport(EventText.SnakeCase(pair.Key.ToString()), pair.Value))
            .Concat(snapshot.Listener.Refusals.Select(pair => new RefusalReport($"listener_{EventText.SnakeCase(pair.Key.ToString())}", pair.Value)))
            .Where(refusal => refusal.Count > 0)
            .OrderByDescending(refusal => refusal.Count).ThenBy(refusal => refusal.Reason, StringComparer.Ordinal),
    ];

    private static ReportPage<TubReport> Tubs(RelaySnapshot snapshot, ReportQuery query)
    {
        List<SeenTub> matching = [.. snapshot.Tubs.Where(seen => Matches(query.Filter, seen.TubId, seen.Address))];
        matching.Sort(Comparison(query));
        return new ReportPage<TubReport>(
            snapshot.Tubs.Count, matching.Count, query.TubOffset, [.. matching.Skip(query.TubOffset).Take(query.TubLimit).Select(ToReport)]);
    }

    private static ReportPage<StreamReport> Streams(RelaySnapshot snapshot, ReportQuery query)
    {
        IReadOnlyList<RelayedConnection> matching = query.Filter.Length == 0
            ? snapshot.NewestConnections
            : [.. snapshot.NewestConnections.Where(connection => Matches(query.Filter, connection.TubId.ToString(), connection.Peer))];
        return new ReportPage<StreamReport>(
            snapshot.Connections.Count, matching.Count, query.StreamOffset,
            [.. matching.Skip(query.StreamOffset).Take(query.StreamLimit).Select(ToReport)]);
    }

    private static bool Matches(string filter, string tubId, string address) =>
        filter.Length == 0 || tubId.Contains(filter, StringComparison.OrdinalIgnoreCase) || address.Contains(filter, StringComparison.OrdinalIgnoreCase);

    private static TubReport ToReport(SeenTub seen) => new(
        seen.TubId, seen.Address, seen.Tub.Since, seen.Tub.LastSeen, seen.Tub.ActiveStreams, seen.Tub.TotalStreams, seen.Tub.BytesToTub, seen.Tub.BytesFromTub, seen.Rate);

    private static StreamReport ToReport(RelayedConnection connection) => new(
        connection.TubId.ToString(), connection.Peer, connection.Since, connection.IsDirect, connection.BytesToTub, connection.BytesFromTub);

    private static Comparison<SeenTub> Comparison(ReportQuery query)
    {
        Comparison<SeenTub> comparison = query.Sort switch
        {
            TubOrder.TubId => (x, y) => string.CompareOrdinal(x.TubId, y.TubId),
            TubOrder.Address => (x, y) => string.CompareOrdinal(x.Address, y.Address),
            TubOrder.Since => (x, y) => x.Tub.Since.CompareTo(y.Tub.Since),
            TubOrder.LastSeen => (x, y) => x.Tub.LastSeen.CompareTo(y.Tub.LastSeen),
            TubOrder.Streams => (x, y) => x.Tub.ActiveStreams.CompareTo(y.Tub.ActiveStreams),
            TubOrder.ToTub => (x, y) => x.Tub.BytesToTub.CompareTo(y.Tub.BytesToTub),
            TubOrder.FromTub => (x, y) => x.Tub.BytesFromTub.CompareTo(y.Tub.BytesFromTub),
            _ => CompareActivity,
        };
        int sign = query.IsDescending ? -1 : 1;

        // By name where they are equal, so that rows do not change their places for nothing.
        return (x, y) => comparison(x, y) is int order and not 0 ? sign * order : string.CompareOrdinal(x.TubId, y.TubId);
    }

    /// <summary>By what passes now; of those where nothing does, by streams, and by what has passed.</summary>
    private static int CompareActivity(SeenTub x, SeenTub y) =>
        x.Rate.CompareTo(y.Rate) is int rate and not 0 ? rate
        : x.Tub.ActiveStreams.CompareTo(y.Tub.ActiveStreams) is int streams and not 0 ? streams
        : (x.Tub.BytesToTub + x.Tub.BytesFromTub).CompareTo(y.Tub.BytesToTub + y.Tub.BytesFromTub);
}
