using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Foolscap.Relay.AspNetCore.Metrics;

/// <summary>
/// Hears of what the instruments of this library and of the runtime measure, and writes it for Prometheus. Thread-safe.
/// </summary>
internal sealed class MetricsCollector : IDisposable
{
    private readonly ConcurrentDictionary<Instrument, Metric> _metrics = new();
    private readonly MeterListener _listener = new();
    private readonly Lock _collecting = new();
    private readonly IMeterFactory? _factory;
    private bool _isStarted;

    public MetricsCollector(IServiceProvider services)
    {
        _factory = services.GetService<IMeterFactory>();
        _listener.InstrumentPublished = Publish;
        _listener.MeasurementsCompleted = (instrument, state) => _metrics.TryRemove(instrument, out Metric? gone);
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, state) => Record(state, (double)value, tags));
    }

    /// <summary>Begins to listen. What was counted before is lost, except for what is observed.</summary>
    public void Start()
    {
        lock (_collecting)
        {
            if (!_isStarted)
            {
                _isStarted = true;
                _listener.Start();
            }
        }
    }

    /// <summary>Writes the present values.</summary>
    /// <returns>Prometheus's text format 0.0.4, in UTF-8.</returns>
    public byte[] Collect()
    {
        lock (_collecting)
        {
            foreach (Metric metric in _metrics.Values)
            {
                metric.BeginCollection();
            }

            _listener.RecordObservableInstruments();
            PrometheusWriter writer = new();
            foreach (IGrouping<string, Metric> family in _metrics.Values.GroupBy(metric => metric.Name).OrderBy(family => family.Key, StringComparer.Ordinal))
            {
                writer.Write([.. family]);
            }

            ProcessMetrics.Write(writer);
            return writer.ToUtf8();
        }
    }

    public void Dispose() => _listener.Dispose();

    private static void Record(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => ((Metric)state!).Record(value, tags);

    private void Publish(Instrument instrument, MeterListener listener)
    {
        Meter meter = instrument.Meter;

        // A meter of another host of this process is that host's.
        bool isOwn = meter.Scope is null || ReferenceEquals(meter.Scope, _factory);
        bool isWanted = meter.Name == "System.Runtime" || meter.Name.StartsWith("Foolscap.", StringComparison.Ordinal);
        if (isOwn && isWanted && Metric.TryCreate(instrument) is Metric metric)
        {
            _metrics[instrument] = metric;
            listener.EnableMeasurementEvents(instrument, metric);
        }
    }
}
