namespace Foolscap.Relay.Streams;

/// <summary>
/// Has the memory of streams that are over collected, when it is a good part of what the process holds. What a stream holds
/// lives as long as an idle stream does, which is to the oldest generation; and since data moves without allocating, nothing
/// else would have that collected: a relay would hold the most that it has ever carried. Thread-safe.
/// </summary>
/// <param name="timeProvider">The clock.</param>
/// <param name="getHeld">Says how many bytes the process holds.</param>
/// <param name="collect">Has them collected; by any thread, and it must not throw.</param>
internal sealed class EndedStreams(TimeProvider timeProvider, Func<long> getHeld, Action collect)
{
    /// <summary>Many end together: it waits so long for the rest of them.</summary>
    public static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    /// <summary>What a stream holds, about; measured of both kinds.</summary>
    public const int BytesOfOne = 7 * 1024;

    /// <summary>Fewer are not worth it.</summary>
    public const int Least = 256;

    /// <summary>The part of what is held that has to be theirs: to look through all of it takes time in proportion.</summary>
    private const int Part = 4;

    private const int Step = 64;

    private readonly Lock _gate = new();
    private ITimer? _timer;
    private int _count;

    /// <summary>Of this process. The collection goes on beside its other threads.</summary>
    public static EndedStreams Shared { get; } = new(
        TimeProvider.System,
        () => GC.GetTotalMemory(forceFullCollection: false),
        () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false));

    /// <summary>One more is over.</summary>
    public void Add()
    {
        lock (_gate)
        {
            _count++;
            if (_timer is null && _count >= Least && _count % Step == 0 && (long)_count * BytesOfOne >= getHeld() / Part)
            {
                _timer = timeProvider.CreateTimer(static self => ((EndedStreams)self!).Collect(), this, Delay, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Collect()
    {
        lock (_gate)
        {
            _timer?.Dispose();
            _timer = null;
            _count = 0;
        }

        collect();
    }
}
