namespace Foolscap.Relay.AspNetCore.Status;

/// <summary>The rates of the past, oldest first: what the page's chart begins with.</summary>
/// <param name="Seconds">Each second of the last minutes.</param>
/// <param name="TenSeconds">Each ten seconds of the last hour.</param>
internal sealed record HistoryReport(IReadOnlyList<RatePoint> Seconds, IReadOnlyList<RatePoint> TenSeconds);

/// <summary>What passed in an interval, on the average.</summary>
/// <param name="Time">The end of the interval, in milliseconds since 1970.</param>
/// <param name="ToTubs">Bytes a second to the Tubs.</param>
/// <param name="FromTubs">Bytes a second from the Tubs.</param>
internal readonly record struct RatePoint(long Time, double ToTubs, double FromTubs);
