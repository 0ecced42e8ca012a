using Foolscap.Furls;
using Foolscap.Relay.Hosting;
using Foolscap.Relay.Server;
using Foolscap.Tubs;

namespace Foolscap.Relay.AspNetCore.Status;

/// <summary>What a relay looked like at one moment. Every reader of that moment gets his part of this one.</summary>
internal sealed class RelaySnapshot
{
    /// <summary>An older snapshot tells nothing of the rates of now.</summary>
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(15);

    private readonly Dictionary<TubId, long> _bytes;
    private readonly Lazy<IReadOnlyList<RelayedConnection>> _newestConnections;
    private readonly Lazy<LimitUse> _use;

    public RelaySnapshot(IFoolscapRelay relay, RelaySnapshot? previous, DateTimeOffset time)
    {
        RelayServer server = relay.Server;
        Time = time;
        TubId = relay.Tub.TubId;
        Hints = [.. relay.Tub.Hints.Select(hint => hint.ToString())];
        IsDraining = relay.IsDraining || server.IsDraining;
        Statistics = server.Statistics;
        Listener = relay.Listener.Statistics;
        ListenerOptions = relay.Options.Listener;
        Limits = server.Options.Limits;
        Warning = server.OpenFileProblem;
        SelfProbe = relay.LastSelfProbe;
        IReadOnlyList<RegisteredTub> tubs = server.GetTubs();
        Connections = server.GetConnections();
        _bytes = tubs.ToDictionary(tub => tub.TubId, Sum);
        TimeSpan elapsed = previous is null ? TimeSpan.Zero : time - previous.Time;
        bool isComparable = elapsed > TimeSpan.Zero && elapsed <= LongestInterval;
        Tubs = [.. tubs.Select(tub => new SeenTub(tub, isComparable ? previous!.RateOf(tub, elapsed) : 0))];
        _newestConnections = new(Sort);
        _use = new(() => LimitUse.Of(this));
    }

    public DateTimeOffset Time { get; }

    public TubId TubId { get; }

    public IReadOnlyList<string> Hints { get; }

    public bool IsDraining { get; }

    public RelayStatistics Statistics { get; }

    public TubListenerStatistics Listener { get; }

    public RelayServiceListener ListenerOptions { get; }

    public RelayLimits Limits { get; }

    public string? Warning { get; }

    public SelfProbeResult? SelfProbe { get; }

    public IReadOnlyList<SeenTub> Tubs { get; }

    public IReadOnlyList<RelayedConnection> Connections { get; }

    /// <summary>The same, the newest first; sorted once for all readers.</summary>
    public IReadOnlyList<RelayedConnection> NewestConnections => _newestConnections.Value;

    /// <summary>How much of its limits the relay uses; counted once for all readers.</summary>
    public LimitUse Use => _use.Value;

    private static long Sum(RegisteredTub tub) => tub.BytesToTub + tub.BytesFromTub;

    private List<RelayedConnection> Sort()
    {
        List<RelayedConnection> sorted = [.. Connections];
        sorted.Sort((x, y) => y.Since.CompareTo(x.Since) is int order and not 0 ? order : string.CompareOrdinal(x.Peer, y.Peer));
        return sorted;
    }

    private double RateOf(RegisteredTub tub, TimeSpan elapsed) =>
        Math.Max(0, Math.Round((Sum(tub) - _bytes.GetValueOrDefault(tub.TubId, 0)) / elapsed.TotalSeconds, 1));
}

/// <summary>A Tub at one moment.</summary>
/// <param name="Tub">How it stands with it.</param>
/// <param name="Rate">How many bytes a second passed to and from it.</param>
internal sealed record SeenTub(RegisteredTub Tub, double Rate)
{
    private string? _address;

    public string TubId => Tub.TubId.ToString();

    /// <summary>Written once for all who filter and sort by it.</summary>
    public string Address => _address ??= Tub.Address?.ToString() ?? "";
}
