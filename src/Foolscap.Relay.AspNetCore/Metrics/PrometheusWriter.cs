using System.Globalization;
using System.Text;

namespace Foolscap.Relay.AspNetCore.Metrics;

/// <summary>Writes Prometheus's text format 0.0.4. Not thread-safe.</summary>
internal sealed class PrometheusWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>Writes all metrics of one name, of which several meters may have one each.</summary>
    public void Write(IReadOnlyList<Metric> family)
    {
        Metric first = family[0];
        Begin(first.Name, first.Help, first.Kind switch
        {
            MetricKind.Counter => "counter",
            MetricKind.Histogram => "histogram",
            _ => "gauge",
        });

        // Two instruments with the same name and labels, as those of two clients are, count together.
        if (first.Kind != MetricKind.Histogram)
        {
            SortedDictionary<string, double> sums = new(StringComparer.Ordinal);
            foreach (Metric metric in family.Where(metric => metric.Kind == first.Kind))
            {
                metric.Read((labels, series) => sums[labels] = sums.GetValueOrDefault(labels) + series.Value);
            }

            foreach ((string labels, double value) in sums)
            {
                Sample(first.Name, labels, value);
            }

            return;
        }

        SortedDictionary<string, Spread> spreads = new(StringComparer.Ordinal);
        foreach (Metric metric in family.Where(metric => metric.Kind == first.Kind && metric.Bounds!.SequenceEqual(first.Bounds!)))
        {
            metric.Read((labels, series) => spreads[labels] = spreads.TryGetValue(labels, out Spread? other) ? other.Add(series) : new Spread(series));
        }

        foreach ((string labels, Spread spread) in spreads)
        {
            WriteHistogram(first.Name, labels, first.Bounds!, spread);
        }
    }

    /// <summary>Writes what comes before the samples of a metric.</summary>
    public void Begin(string name, string help, string type)
    {
        if (help.Length > 0)
        {
            _text.Append("# HELP ").Append(name).Append(' ').Append(PrometheusNames.EscapeHelp(help)).Append('\n');
        }

        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    /// <summary>Writes one value.</summary>
    public void Sample(string name, string labels, double value)
    {
        _text.Append(name);
        if (labels.Length > 0)
        {
            _text.Append('{').Append(labels).Append('}');
        }

        _text.Append(' ').Append(Format(value)).Append('\n');
    }

    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(_text.ToString());

    private static string Format(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture), // NaN is written as Prometheus reads it.
    };

    private void WriteHistogram(string name, string labels, IReadOnlyList<double> bounds, Spread spread)
    {
        string before = labels.Length > 0 ? labels + "," : "";
        long below = 0;
        for (int bucket = 0; bucket < bounds.Count; bucket++)
        {
            below += spread.Buckets[bucket];
            Sample($"{name}_bucket", $"{before}le=\"{Format(bounds[bucket])}\"", below);
        }

        Sample($"{name}_bucket", $"{before}le=\"+Inf\"", spread.Count);
        Sample($"{name}_sum", labels, spread.Sum);
        Sample($"{name}_count", labels, spread.Count);
    }

    /// <summary>A histogram's values at one moment.</summary>
    private sealed class Spread(MetricSeries series)
    {
        public long[] Buckets { get; } = [.. series.Buckets];

        public long Count { get; private set; } = series.Count;

        public double Sum { get; private set; } = series.Value;

        public Spread Add(MetricSeries other)
        {
            for (int bucket = 0; bucket < Buckets.Length; bucket++)
            {
                Buckets[bucket] += other.Buckets[bucket];
            }

            Count += other.Count;
            Sum += other.Value;
            return this;
        }
    }
}
