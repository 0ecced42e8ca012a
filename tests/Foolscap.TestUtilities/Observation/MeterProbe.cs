using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Foolscap.TestUtilities.Observation;

/// <summary>Makes the meter of one relay, and reads its instruments: those of other relays of this process are not seen. Thread-safe.</summary>
public sealed class MeterProbe : IMeterFactory
{
    private readonly ConcurrentQueue<Measured> _recorded = new();
    private readonly ConcurrentQueue<Meter> _meters = new();
    private readonly ConcurrentQueue<Instrument> _instruments = new();
    private readonly MeterListener _listener = new();
    private readonly AsyncLocal<List<Measured>?> _observed = new();

    public MeterProbe()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (_meters.Contains(instrument.Meter))
            {
                _instruments.Enqueue(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => _recorded.Enqueue(new Measured(instrument.Name, value, Format(tags))));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => _observed.Value?.Add(new Measured(instrument.Name, value, Format(tags))));
        _listener.Start();
    }

    public IReadOnlyCollection<Instrument> Instruments => _instruments;

    public Meter Meter => _meters.Single();

    /// <summary>What was recorded so far, of histograms.</summary>
    public IReadOnlyCollection<Measured> Recorded => _recorded;

    /// <summary>What all observable instruments say at this moment.</summary>
    public IReadOnlyList<Measured> Observe()
    {
        List<Measured> observed = [];
        _observed.Value = observed;
        _listener.RecordObservableInstruments();
        _observed.Value = null;
        return observed;
    }

    /// <summary>Waits for a record of a histogram with this value of its only tag.</summary>
    /// <exception cref="TimeoutException">It does not come.</exception>
    public async Task<Measured> WaitForAsync(string name, string tag)
    {
        CancellationToken limit = TestTime.Token;
        while (true)
        {
            if (_recorded.FirstOrDefault(one => one.Name == name && one.Tags.EndsWith('=' + tag)) is Measured found)
            {
                return found;
            }

            await Task.Yield();
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"Still missing: {name} with the tag {tag}; there are {string.Join("; ", _recorded)}.");
            }
        }
    }

    /// <summary>What one observable instrument says, with this value of its only tag; none for one without.</summary>
    public double Read(string name, string? tag = null)
    {
        Measured[] found = [.. Observe().Where(one => one.Name == name && (tag is null ? one.Tags.Length == 0 : one.Tags.EndsWith('=' + tag)))];
        return found.Length == 1 ? found[0].Value : throw new InvalidOperationException($"{name} with the tag {tag} was measured {found.Length} times.");
    }

    public Meter Create(MeterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Meter meter = new(new MeterOptions(options.Name) { Version = options.Version, Tags = options.Tags, Scope = this });
        _meters.Enqueue(meter);
        return meter;
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (Meter meter in _meters)
        {
            meter.Dispose();
        }
    }

    private static string Format(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
}

/// <summary>One measurement.</summary>
/// <param name="Name">The instrument.</param>
/// <param name="Value">The value.</param>
/// <param name="Tags">Its tags, as text.</param>
public sealed record Measured(string Name, double Value, string Tags);
