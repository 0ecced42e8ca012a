using System.Diagnostics.Metrics;

namespace Foolscap.Relay.Client.Observation;

/// <summary>
/// The instruments of one client. All counts are observed, from what streams and registrations count anyway, so that nothing is
/// measured while bytes pass. Thread-safe.
/// </summary>
internal sealed class RelayClientMetrics : IDisposable
{
    public const string MeterName = "Foolscap.Relay.Client";

    private static readonly RelayState[] States = Enum.GetValues<RelayState>();

    /// <summary>From a Tub on the same machine to one that does not answer.</summary>
    private static readonly InstrumentAdvice<double> OfAccepts = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
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
    private volatile Func<RelayClientStatistics>? _read;

    /// <param name="options">Who makes the meter.</param>
    /// <param name="timeProvider">The clock.</param>
    public RelayClientMetrics(RelayClientOptions options, TimeProvider timeProvider)
    {
        (_timeProvider, _isOwn) = (timeProvider, options.MeterFactory is null);
        MeterOptions named = new(MeterName)
        {
            Version = typeof(RelayClientMetrics).Assembly.GetName().Version?.ToString(3),
            Tags = options.MeterName is string name ? [new(ClientTags.Name, name)] : null,
        };
        _meter = options.MeterFactory?.Create(named) ?? new Meter(named);
        _acceptDuration = _meter.CreateHistogram(
            "foolscap.relay.client.accept.duration", "s", "From a relay's offer of a connection to this side's answer.", tags: null, OfAccepts);
        _streamDuration = _meter.CreateHistogram(
            "foolscap.relay.client.stream.duration", "s", "How long connections were relayed, when they have ended.", tags: null, OfStreams);
        CreateGauges();
        CreateCounters();
    }

    /// <summary>What time it is, for a duration.</summary>
    public long Now => _timeProvider.GetTimestamp();

    /// <summary>From now on there is something to be observed.</summary>
    /// <param name="read">How it stands with the client.</param>
    public void Start(Func<RelayClientStatistics> read) => _read = read;

    /// <summary>A connection that was offered is answered.</summary>
    /// <param name="offered">When it was offered.</param>
    /// <param name="result">How it was taken, or why not.</param>
    public void OnAnswered(long offered, string result) => Record(_acceptDuration, offered, ClientTags.AcceptResult, result);

    /// <summary>A connection is over.</summary>
    /// <param name="started">When it began.</param>
    /// <param name="reason">Why it is over.</param>
    public void OnEnded(long started, string reason) => Record(_streamDuration, started, ClientTags.EndReason, reason);

    /// <summary>Ends the meter. One that a factory has made may be another client's as well, and lives on; this client has no more to say there.</summary>
    public void Dispose()
    {
        _read = null;
        if (_isOwn)
        {
            _meter.Dispose();
        }
    }

    private void Record(Histogram<double> histogram, long since, string key, string value)
    {
        if (histogram.Enabled)
        {
            histogram.Record(_timeProvider.GetElapsedTime(since).TotalSeconds, Tag(key, value));
        }
    }

    private void CreateGauges()
    {
        Gauge("foolscap.relay.client.relays", "{relay}", "Relays, by how it stands with them.", now =>
            [.. States.Select(state => new Measurement<long>(now.Relays.Count(relay => relay.State == state), Tag(ClientTags.State, ClientTags.Of(state))))]);
        Gauge("foolscap.relay.client.streams.active", "{stream}", "Connections that are relayed.", now => ByPath(now.ActiveStreams, now.ActiveDirectStreams));
    }

    private void CreateCounters()
    {
        Counter("foolscap.relay.client.streams", "{stream}", "Connections that were taken.", now => ByPath(now.TotalStreams, now.TotalDirectStreams));
        Counter("foolscap.relay.client.io", "By", "Bytes that were relayed.", now =>
        [
            new(now.BytesToTub, Tag(ClientTags.Direction, ClientTags.ToTub)),
            new(now.BytesFromTub, Tag(ClientTags.Direction, ClientTags.FromTub)),
        ]);
        Counter("foolscap.relay.client.registrations", "{registration}", "Requests to register with a relay.", now =>
        [
            new(now.Relays.Sum(relay => relay.Registrations), Tag(ClientTags.RegistrationResult, ClientTags.Registered)),
            new(now.Relays.Sum(relay => relay.FailedRegistrations), Tag(ClientTags.RegistrationResult, ClientTags.Failed)),
        ]);
        Counter("foolscap.relay.client.reconnects", "{reconnect}", "How often a relay was connected to again.", now => [new(now.Relays.Sum(relay => relay.Reconnects))]);
    }

    private void Gauge(string name, string unit, string description, Func<RelayClientStatistics, Measurement<long>[]> select) =>
        _meter.CreateObservableUpDownCounter(name, () => Observe(select), unit, description);

    private void Counter(string name, string unit, string description, Func<RelayClientStatistics, Measurement<long>[]> select) =>
        _meter.CreateObservableCounter(name, () => Observe(select), unit, description);

    private Measurement<long>[] Observe(Func<RelayClientStatistics, Measurement<long>[]> select) => _read is { } read ? select(read()) : [];

    private static Measurement<long>[] ByPath(long all, long direct) =>
        [new(all - direct, Tag(ClientTags.Path, ClientTags.Message)), new(direct, Tag(ClientTags.Path, ClientTags.Direct))];

    private static KeyValuePair<string, object?> Tag(string key, string value) => new(key, value);
}
