namespace Foolscap.Tubs.Connections;

/// <summary>
/// Looks from time to time whether the transport still takes what is being sent, or the other end's host acknowledges it. It costs the sending side nothing.
/// <see cref="Keepalive"/> calls it, one call at a time.
/// </summary>
internal sealed class WriteWatch(TimeProvider timeProvider, TimeSpan timeout, Func<bool> isSending, Func<long> getMovedBytes)
{
    private long? _waitingSince;
    private long _moved;

    public bool IsOn => timeout != Timeout.InfiniteTimeSpan;

    /// <summary>When to look again, at the latest.</summary>
    public TimeSpan UntilNext
    {
        get
        {
            TimeSpan quarter = timeout / 4;
            TimeSpan left = _waitingSince is long since ? timeout - timeProvider.GetElapsedTime(since) : quarter;
            return left < quarter ? left : quarter;
        }
    }

    /// <summary>Forgets since when something waits: it is counted anew from the next look on.</summary>
    public void Restart() => _waitingSince = null;

    /// <summary>Looks whether something has moved since it last looked.</summary>
    /// <returns>Whether nothing has, for too long.</returns>
    public bool IsStuck()
    {
        long moved = getMovedBytes();
        if (!isSending())
        {
            _waitingSince = null;
        }
        else if (_waitingSince is null || moved != _moved)
        {
            // Counted from now: when it began to wait, or moved last, is not known, and only that it was before.
            _waitingSince = timeProvider.GetTimestamp();
        }

        _moved = moved;
        return _waitingSince is long since && timeProvider.GetElapsedTime(since) >= timeout;
    }
}
