namespace Foolscap.Relay.AspNetCore.Metrics;

/// <summary>The value of one instrument with one set of labels. Guarded by the lock of its <see cref="Metric"/>.</summary>
internal sealed class MetricSeries(IReadOnlyList<double>? bounds)
{
    private readonly long[] _buckets = new long[(bounds?.Count ?? -1) + 1];

    /// <summary>What has been measured last, or in all; the sum of a histogram.</summary>
    public double Value { get; private set; }

    /// <summary>How many measurements a histogram has.</summary>
    public long Count { get; private set; }

    /// <summary>How many of them each bucket of its own has; the last one has what is above all bounds.</summary>
    public IReadOnlyList<long> Buckets => _buckets;

    public void Add(double value) => Value += value;

    public void Set(double value) => Value = value;

    public void Observe(double value)
    {
        int bucket = 0;
        while (bucket < bounds!.Count && value > bounds[bucket])
        {
            bucket++;
        }

        _buckets[bucket]++;
        Count++;
        Value += value;
    }
}
