namespace Foolscap.Tubs.Banana;

/// <summary>What the peers of all connections of one Tub make it hold together. Thread-safe.</summary>
internal sealed class TotalBytes(long limit)
{
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    /// <summary>Whether it is more than <see cref="TubLimits.MaxTotalBytes"/>.</summary>
    public bool IsExceeded => Count > limit;

    public void Add(long count) => Interlocked.Add(ref _count, count);
}
