namespace Foolscap.Relay;

/// <summary>
/// How many bytes the streams of a process may hold together. Each stream reserves what the other end may send it, so that
/// the sum is a bound and not a hope: while there is room, windows grow; as it fills, they shrink; and when there is no
/// room for one more stream, none is begun.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class BufferBudget
{
    /// <summary>One stream alone gets no more than this part of what is free, so that the next ones find something.</summary>
    private const int SmallestDivisor = 8;

    private readonly Lock _gate = new();
    private long _reserved;
    private int _streams;

    /// <summary>Creates a budget.</summary>
    /// <param name="limit">How many bytes there are; at least 1.</param>
    public BufferBudget(long limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        Limit = limit;
    }

    /// <summary>How many bytes there are.</summary>
    public long Limit { get; }

    /// <summary>How many of them are reserved: what the streams hold is never more.</summary>
    public long Reserved
    {
        get
        {
            lock (_gate)
            {
                return _reserved;
            }
        }
    }

    /// <summary>Reserves the first bytes of a stream.</summary>
    /// <param name="bytes">How many.</param>
    /// <returns>False if there is no room for another stream.</returns>
    internal bool TryAddStream(int bytes)
    {
        lock (_gate)
        {
            if (_reserved + bytes > Limit)
            {
                return false;
            }

            _reserved += bytes;
            _streams++;
            return true;
        }
    }

    /// <summary>Gives back all of a stream.</summary>
    internal void RemoveStream(long bytes)
    {
        lock (_gate)
        {
            _reserved -= bytes;
            _streams--;
        }
    }

    /// <summary>How large a window may be at the moment: a part of what is free that leaves something to the others.</summary>
    internal long GetShare()
    {
        lock (_gate)
        {
            return (Limit - _reserved) / (SmallestDivisor + (_streams / 2));
        }
    }

    /// <summary>Reserves more bytes for a stream, if there are as many; less than nothing gives back.</summary>
    internal bool TryChange(long bytes)
    {
        lock (_gate)
        {
            if (bytes > 0 && _reserved + bytes > Limit)
            {
                return false;
            }

            _reserved += bytes;
            return true;
        }
    }
}
