namespace Foolscap.TestUtilities;

/// <summary>
/// A clock that stands still until a test advances it. It starts at a random instant, and its timestamps have an odd
/// frequency, so that code which uses the real clock, or takes timestamps for ticks, fails always. Thread-safe.
/// </summary>
/// <remarks>
/// The odd frequency rounds: an elapsed time may read a fraction of a microsecond shorter than what was advanced. Advance
/// a little more than a limit where the code compares elapsed times.
/// </remarks>
public sealed class FakeTimeProvider : TimeProvider
{
    private const long Frequency = 12_345_679;

    private readonly Lock _gate = new();
    private readonly List<FakeTimer> _armed = [];
    private readonly List<(Predicate<TimeSpan> Wanted, TaskCompletionSource<TimeSpan> Found)> _awaited = [];
    private DateTimeOffset _now = new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(Random.Shared.NextInt64(2_000_000_000));
    private long _order;

    public override long TimestampFrequency => Frequency;

    /// <summary>The due times, as they were set, of all timers that are armed now.</summary>
    public IReadOnlyList<TimeSpan> ArmedTimers
    {
        get
        {
            lock (_gate)
            {
                return [.. _armed.Select(timer => timer.DueTime)];
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp()
    {
        long ticks = GetUtcNow().UtcTicks;
        return (long)((Int128)ticks * Frequency / TimeSpan.TicksPerSecond);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        FakeTimer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass: runs the timers that fall due, in the order of their times, each at its own time.</summary>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        DateTimeOffset end = GetUtcNow() + time;
        while (TakeDue(end) is FakeTimer timer)
        {
            timer.Fire();
        }
    }

    /// <summary>Lets time pass while nothing runs, as if the process stood still: the timers that fall due run late.</summary>
    public void StandStill(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        lock (_gate)
        {
            _now += time;
        }

        Advance(TimeSpan.Zero);
    }

    /// <summary>Waits until a timer is armed that was set to exactly this due time.</summary>
    public Task WaitForTimerAsync(TimeSpan dueTime) => WaitForTimerAsync(due => due == dueTime);

    /// <summary>Waits until a timer is armed whose due time, as it was set, is wanted.</summary>
    /// <returns>The due time.</returns>
    /// <exception cref="TimeoutException">No such timer was armed in ten seconds.</exception>
    public async Task<TimeSpan> WaitForTimerAsync(Predicate<TimeSpan> wanted)
    {
        TaskCompletionSource<TimeSpan> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_armed.Find(timer => wanted(timer.DueTime)) is FakeTimer present)
            {
                return present.DueTime;
            }

            _awaited.Add((wanted, found));
        }

        return await found.Task.WithinLimit();
    }

    private FakeTimer? TakeDue(DateTimeOffset end)
    {
        lock (_gate)
        {
            FakeTimer? next = _armed.Where(timer => timer.DueAt <= end).OrderBy(timer => timer.DueAt).ThenBy(timer => timer.Order).FirstOrDefault();
            if (next is null)
            {
                _now = end > _now ? end : _now;
                return null;
            }

            _now = next.DueAt > _now ? next.DueAt : _now;
            _armed.Remove(next);
            if (next.Period > TimeSpan.Zero)
            {
                next.DueAt = _now + next.Period;
                _armed.Add(next);
            }

            return next;
        }
    }

    private bool Arm(FakeTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        List<TaskCompletionSource<TimeSpan>> found = [];
        lock (_gate)
        {
            _armed.Remove(timer);
            if (timer.IsDisposed)
            {
                return false;
            }

            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                return true;
            }

            timer.DueTime = dueTime;
            timer.Period = period;
            timer.DueAt = _now + dueTime;
            timer.Order = _order++;
            _armed.Add(timer);
            _awaited.RemoveAll(waiter =>
            {
                bool wanted = waiter.Wanted(dueTime);
                if (wanted)
                {
                    found.Add(waiter.Found);
                }

                return wanted;
            });
        }

        found.ForEach(waiter => waiter.TrySetResult(dueTime));
        if (dueTime == TimeSpan.Zero)
        {
            // A timer that is due at once does not wait for the clock to move.
            ThreadPool.QueueUserWorkItem(_ => Advance(TimeSpan.Zero));
        }

        return true;
    }

    private void Disarm(FakeTimer timer)
    {
        lock (_gate)
        {
            timer.IsDisposed = true;
            _armed.Remove(timer);
        }
    }

    private sealed class FakeTimer(FakeTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan DueTime { get; set; }

        public TimeSpan Period { get; set; }

        public DateTimeOffset DueAt { get; set; }

        public long Order { get; set; }

        public bool IsDisposed { get; set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => owner.Arm(this, dueTime, period);

        public void Dispose() => owner.Disarm(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
