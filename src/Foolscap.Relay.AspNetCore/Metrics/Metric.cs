using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Foolscap.Relay.AspNetCore.Metrics;

/// <summary>What one instrument has measured. Thread-safe.</summary>
internal sealed class Metric
{
    /// <summary>More sets of labels than this go into one together: a mistake of a program must not fill the memory.</summary>
    public const int MostSeries = 1000;

    private const string OverflowLabels = "otel_metric_overflow=\"true\"";

    private static readonly double[] SecondBounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    private static readonly double[] OtherBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, MetricSeries> _series = [];
    private readonly Way _way;
    private readonly string _ownLabels;

    private Metric(Instrument instrument, MetricKind kind, Way way)
    {
        (Kind, _way) = (kind, way);
        Name = PrometheusNames.OfMetric(instrument.Name, instrument.Unit, kind);
        Help = instrument.Description ?? "";
        Bounds = kind == MetricKind.Histogram ? FindBounds(instrument) : null;
        _ownLabels = Labels([.. instrument.Meter.Tags ?? [], .. instrument.Tags ?? []], "");
    }

    /// <summary>How measurements become a value.</summary>
    private enum Way
    {
        Added,
        Replaced,
        Collected,
        Spread,
    }

    public string Name { get; }

    public string Help { get; }

    public MetricKind Kind { get; }

    /// <summary>The upper bounds of the buckets of a histogram.</summary>
    public IReadOnlyList<double>? Bounds { get; }

    /// <summary>Makes the metric of an instrument.</summary>
    /// <returns>The metric; null if this kind of instrument is not known.</returns>
    public static Metric? TryCreate(Instrument instrument)
    {
        Type type = instrument.GetType();
        Type? definition = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        return definition switch
        {
            _ when definition == typeof(Counter<>) => new Metric(instrument, MetricKind.Counter, Way.Added),
            _ when definition == typeof(ObservableCounter<>) => new Metric(instrument, MetricKind.Counter, Way.Collected),
            _ when definition == typeof(UpDownCounter<>) => new Metric(instrument, MetricKind.Gauge, Way.Added),
            _ when definition == typeof(ObservableUpDownCounter<>) || definition == typeof(ObservableGauge<>) => new Metric(instrument, MetricKind.Gauge, Way.Collected),
            _ when definition == typeof(Gauge<>) => new Metric(instrument, MetricKind.Gauge, Way.Replaced),
            _ when definition == typeof(Histogram<>) => new Metric(instrument, MetricKind.Histogram, Way.Spread),
            _ => null,
        };
    }

    /// <summary>Forgets what was observed last, before it is observed again.</summary>
    public void BeginCollection()
    {
        if (_way == Way.Collected)
        {
            lock (_gate)
            {
                _series.Clear();
            }
        }
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string labels = Labels(tags, _ownLabels);
        lock (_gate)
        {
            MetricSeries series = Find(labels);
            switch (_way)
            {
                case Way.Added or Way.Collected:
                    series.Add(value); // Two observations with the same labels are parts of one.
                    break;
                case Way.Replaced:
                    series.Set(value);
                    break;
                default:
                    series.Observe(value);
                    break;
            }
        }
    }

    /// <summary>Hands each series to a writer, in the order of their labels.</summary>
    public void Read(Action<string, MetricSeries> read)
    {
        lock (_gate)
        {
            foreach ((string labels, MetricSeries series) in _series.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                read(labels, series);
            }
        }
    }

    private static IReadOnlyList<double> FindBounds(Instrument instrument)
    {
        IReadOnlyList<double>? advised = instrument switch
        {
            Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries,
            Histogram<float> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
            Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
            Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
            _ => null,
        };
        return advised ?? (instrument.Unit == "s" ? SecondBounds : OtherBounds);
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags, string own)
    {
        if (tags.IsEmpty)
        {
            return own;
        }

        SortedDictionary<string, string> sorted = new(StringComparer.Ordinal);
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            string name = PrometheusNames.OfLabel(tag.Key);
            string value = Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "";
            sorted[name] = sorted.TryGetValue(name, out string? other) ? $"{other};{value}" : value; // Two names that have become one.
        }

        StringBuilder result = new(own);
        foreach ((string name, string value) in sorted)
        {
            result.Append(result.Length > 0 ? "," : "").Append(name).Append("=\"").Append(PrometheusNames.EscapeLabel(value)).Append('"');
        }

        return result.ToString();
    }

    private MetricSeries Find(string labels)
    {
        if (!_series.TryGetValue(labels, out MetricSeries? series))
        {
            string key = _series.Count < MostSeries ? labels : OverflowLabels;
            series = _series.GetValueOrDefault(key) ?? (_series[key] = new MetricSeries(Bounds));
        }

        return series;
    }
}
