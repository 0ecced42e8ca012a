namespace Foolscap.Relay.AspNetCore.Status;

/// <summary>Remembers the rates of the last minutes by seconds, and of the last hour by ten seconds. Thread-safe.</summary>
internal sealed class RateHistory
{
    /// <summary>How many seconds are remembered: five minutes.</summary>
    public const int Seconds = 300;

    /// <summary>How many times ten seconds are remembered: an hour.</summary>
    public const int TenSeconds = 360;

    private static readonly TimeSpan LongInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Queue<RatePoint> _seconds = new(Seconds);
    private readonly Queue<RatePoint> _tenSeconds = new(TenSeconds);
    private Counted _last;
    private Counted _lastLong;
    private RatePoint _now;
    private bool _hasBegun;

    /// <summary>The rates of the last interval.</summary>
    public RatePoint Now
    {
        get
        {
            lock (_gate)
            {
                return _now;
            }
        }
    }

    /// <summary>Notes how much has passed in all until now. The first call only begins the first interval.</summary>
    public void Add(DateTimeOffset time, long toTubs, long fromTubs)
    {
        Counted current = new(time, toTubs, fromTubs);
        lock (_gate)
        {
            // A relay that was started anew counts from zero; a clock that was set back measures nothing.
            if (!_hasBegun || current.Time <= _last.Time || toTubs < _last.ToTubs || fromTubs < _last.FromTubs)
            {
                (_last, _lastLong, _hasBegun) = (current, current, true);
                return;
            }

            _now = Between(_last, current);
            Enqueue(_seconds, Seconds, _now);
            _last = current;

            // Half a second early is not too early: the timer's ticks are not exact.
            if (current.Time - _lastLong.Time >= LongInterval - TimeSpan.FromSeconds(0.5))
            {
                Enqueue(_tenSeconds, TenSeconds, Between(_lastLong, current));
                _lastLong = current;
            }
        }
    }

    /// <summary>All that is remembered.</summary>
    public HistoryReport ToReport()
    {
        lock (_gate)
        {
            return new HistoryReport([.. _seconds], [.. _tenSeconds]);
        }
    }

    private static void Enqueue(Queue<RatePoint> queue, int limit, RatePoint point)
    {
        if (queue.Count == limit)
        {
            queue.Dequeue();
        }

        queue.Enqueue(point);
    }

    private static RatePoint Between(Counted from, Counted to)
    {
        double seconds = (to.Time - from.Time).TotalSeconds;
        return new RatePoint(
            to.Time.ToUnixTimeMilliseconds(), Math.Round((to.ToTubs - from.ToTubs) / seconds, 1), Math.Round((to.FromTubs - from.FromTubs) / seconds, 1));
    }

    private readonly record struct Counted(DateTimeOffset Time, long ToTubs, long FromTubs);
}
