using System.Diagnostics.Metrics;

namespace Foolscap.Relay.Server.Observation;

/// <summary>
/// The instruments of one relay. All counts are observed, from what the relay counts anyway, so that nothing is measured while
/// bytes pass. Thread-safe.
/// </summary>
internal sealed class RelayMetrics : IDisposable
{
    public const string MeterName = "Foolscap.Relay.Server";

    /// <summary>From a Tub beside the relay to one that was away for <see cref="RelayServerOptions.HoldTime"/>.</summary>
    private static readonly InstrumentAdvice<double> OfAccepts = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
    };

    /// <summary>From a handshake that fails to a connection that stands for a week.</summary>
    private static readonly InstrumentAdvice<double> OfStreams = new()
    {
        HistogramBucketBoundaries = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400, 604_800],
    };

    private readonly Meter _meter;
    private readonly bool _isOwn;
    private readonly TimeProvider _timeProvider;
    private readonly Histogram<double> _acceptDuration;
    private readonly Histogram<double> _streamDuration;
    private volatile Func<RelayStatistics>? _read;

    /// <param name="options">Who makes the meter.</param>
    /// <param name="timeProvider">The clock.</param>
    public RelayMetrics(RelayServerOptions options, TimeProvider timeProvider)
    {
        (_timeProvider, _isOwn) = (timeProvider, options.MeterFactory is null);
        MeterOptions named = new(MeterName)
        {
            Version = typeof(RelayMetrics).Assembly.GetName().Version?.ToString(3),
            Tags = options.MeterName is string name ? [new(RelayTags.Name, name)] : null,
        };
        _meter = options.MeterFactory?.Create(named) ?? new Meter(named);
        _acceptDuration = _meter.CreateHistogram(
            "foolscap.relay.accept.duration", "s", "From a caller's request to the Tub's answer, or the refusal.", tags: null, OfAccepts);
        _streamDuration = _meter.CreateHistogram(
            "foolscap.relay.stream.duration", "s", "How long connections were relayed, when they have ended.", tags: null, OfStreams);
        CreateGauges();
        CreateCounters();
    }

    /// <summary>From now on there is something to be observed.</summary>
    /// <param name="read">How it stands with the relay.</param>
    public void Start(Func<RelayStatistics> read) => _read = read;

    /// <summary>A caller was connected to his Tub.</summary>
    public void OnAccepted(long requested, bool isDirect) => OnAnswered(requested, RelayTags.PathOf(isDirect));

    /// <summary>A caller was refused.</summary>
    public void OnRefused(long requested, string refusal) => OnAnswered(requested, refusal);

    /// <summary>A connection is over.</summary>
    public void OnEnded(long started, StreamEndReason reason)
    {
        if (_streamDuration.Enabled)
        {
            _streamDuration.Record(_timeProvider.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>(RelayTags.EndReason, RelayTags.Of(reason)));
        }
    }

    /// <summary>Ends the meter. One that a factory has made may be another relay's as well, and lives on; this relay has no more to say there.</summary>
    public void Dispose()
    {
        _read = null;
        if (_isOwn)
        {
            _meter.Dispose();
        }
    }

    private void OnAnswered(long requested, string result)
    {
        if (_acceptDuration.Enabled)
        {
            _acceptDuration.Record(_timeProvider.GetElapsedTime(requested).TotalSeconds, new KeyValuePair<string, object?>(RelayTags.AcceptResult, result));
        }
    }

    private void CreateGauges()
    {
        Gauge("foolscap.relay.tubs.registered", "{tub}", "Tubs that are registered.", now => [new(now.RegisteredTubs)]);
        Gauge("foolscap.relay.streams.active", "{stream}", "Connections that are relayed.", now => ByPath(now.ActiveStreams, now.ActiveDirectStreams));
        Gauge("foolscap.relay.connections.held", "{connection}", "Callers who are held until their Tub is back.", now => [new(now.HeldConnections)]);
        Gauge("foolscap.relay.buffer.reserved", "By", "Bytes that the streams may hold.", now => [new(now.ReservedBytes)]);
        Gauge("foolscap.relay.buffer.limit", "By", "How many bytes the streams may hold at most.", now => [new(now.BufferLimit)]);
    }

    private void CreateCounters()
    {
        Counter("foolscap.relay.streams", "{stream}", "Connections that Tubs have accepted.", now => ByPath(now.TotalStreams, now.TotalDirectStreams));
        Counter("foolscap.relay.io", "By", "Bytes that were relayed.", now =>
        [
            new(now.BytesToTubs, Tag(RelayTags.Direction, RelayTags.ToTub)),
            new(now.BytesFromTubs, Tag(RelayTags.Direction, RelayTags.FromTub)),
        ]);
        Counter("foolscap.relay.refusals", "{refusal}", "Connections and registrations that were refused.", now =>
            [.. now.Refusals.Select(one => new Measurement<long>(one.Value, Tag(RelayTags.RefusalReason, RelayTags.Of(one.Key))))]);
        Counter("foolscap.relay.registrations", "{registration}", "Tubs' requests to register.", now =>
        [
            new(now.TotalRegistrations - now.TotalReplacements, Tag(RelayTags.RegistrationResult, RelayTags.Registered)),
            new(now.TotalReplacements, Tag(RelayTags.RegistrationResult, RelayTags.Replaced)),
            new(now.RefusedRegistrations, Tag(RelayTags.RegistrationResult, RelayTags.Refused)),
        ]);
        Counter("foolscap.relay.registration.conflicts", "{conflict}", "Two clients that push each other out.", now => [new(now.RegistrationConflicts)]);
    }

    private void Gauge(string name, string unit, string description, Func<RelayStatistics, Measurement<long>[]> select) =>
        _meter.CreateObservableUpDownCounter(name, () => Observe(select), unit, description);

    private void Counter(string name, string unit, string description, Func<RelayStatistics, Measurement<long>[]> select) =>
        _meter.CreateObservableCounter(name, () => Observe(select), unit, description);

    private Measurement<long>[] Observe(Func<RelayStatistics, Measurement<long>[]> select) => _read is { } read ? select(read()) : [];

    private static Measurement<long>[] ByPath(long all, long direct) =>
        [new(all - direct, Tag(RelayTags.Path, RelayTags.Message)), new(direct, Tag(RelayTags.Path, RelayTags.Direct))];

    private static KeyValuePair<string, object?> Tag(string key, string value) => new(key, value);
}
