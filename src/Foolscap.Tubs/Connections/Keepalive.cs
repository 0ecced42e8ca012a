namespace Foolscap.Tubs.Connections;

/// <summary>
/// Watches one connection for silence: PINGs it, and in the end gives it up (<c>keepaliveTimeout</c>,
/// <c>disconnectTimeout</c>); and for a peer that does not read. What is on its way to the peer and moves is a sign of
/// life as well. One timer does it all. Thread-safe.
/// </summary>
internal sealed class Keepalive : IDisposable
{
    /// <summary>
    /// So late a timer is only if the process stood still (a snapshot of its machine, SIGSTOP): then what has arrived
    /// meanwhile has not been read yet, and its silence says nothing of the peers.
    /// </summary>
    public static readonly TimeSpan Late = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _timeProvider;
    private readonly TimeSpan _pingAfter;
    private readonly TimeSpan _dropAfter;
    private readonly Action _ping;
    private readonly Action<TimeSpan> _drop;
    private readonly WriteWatch _writes;
    private readonly SendProgress _progress;
    private readonly Action _onStuck;
    private readonly ITimer? _timer;
    private long _received;
    private long _receipts;
    private long _pinged;
    private long _moved;
    private long _armed;
    private TimeSpan _due;

    public Keepalive(
        TimeProvider timeProvider,
        TubOptions options,
        Action ping,
        Action<TimeSpan> drop,
        WriteWatch writes,
        SendProgress progress,
        Action onStuck)
    {
        _progress = progress;
        _writes = writes;
        _onStuck = onStuck;
        _timeProvider = timeProvider;
        _pingAfter = options.KeepaliveTimeout;
        _dropAfter = options.DisconnectTimeout;
        _ping = ping;
        _drop = drop;
        _received = _pinged = _moved = timeProvider.GetTimestamp();
        if (_pingAfter != Timeout.InfiniteTimeSpan || _dropAfter != Timeout.InfiniteTimeSpan || writes.IsOn)
        {
            _timer = timeProvider.CreateTimer(static self => ((Keepalive)self!).Check(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Starts to watch.</summary>
    public void Start()
    {
        OnReceived();
        if (_timer is not null)
        {
            Arm();
        }
    }

    /// <summary>How often something has been received.</summary>
    public long Receipts => Volatile.Read(ref _receipts);

    /// <summary>How long the peer has given no sign of life.</summary>
    public TimeSpan Silence => _timeProvider.GetElapsedTime(Math.Max(Volatile.Read(ref _received), Volatile.Read(ref _moved)));

    /// <summary>Something has been received; only the reader of the connection tells so.</summary>
    public void OnReceived()
    {
        Volatile.Write(ref _received, _timeProvider.GetTimestamp());
        Volatile.Write(ref _receipts, _receipts + 1);
    }

    public void Dispose() => _timer?.Dispose();

    private void Check()
    {
        bool isLate = _timeProvider.GetElapsedTime(_armed) - _due > Late;
        if (_progress.HasMoved() || isLate)
        {
            Volatile.Write(ref _moved, _timeProvider.GetTimestamp());
        }

        if (isLate)
        {
            _writes.Restart();
        }

        TimeSpan silence = Silence;
        if (_dropAfter != Timeout.InfiniteTimeSpan && silence >= _dropAfter)
        {
            _drop(silence);
            return;
        }

        if (_writes.IsOn && _writes.IsStuck())
        {
            _onStuck();
            return;
        }

        if (UntilPing() <= TimeSpan.Zero || (isLate && _pingAfter != Timeout.InfiniteTimeSpan))
        {
            _pinged = _timeProvider.GetTimestamp();
            _ping();
        }

        Arm();
    }

    private void Arm()
    {
        TimeSpan due = UntilPing();
        if (_dropAfter != Timeout.InfiniteTimeSpan)
        {
            TimeSpan untilDrop = _dropAfter - Silence;
            due = untilDrop < due ? untilDrop : due;
        }

        if (_writes.IsOn && _writes.UntilNext < due)
        {
            due = _writes.UntilNext;
        }

        _armed = _timeProvider.GetTimestamp();
        _due = due;

        // Rounded up: a timer that fires a moment early would have to be set again at once.
        _timer!.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(due.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }

    private TimeSpan UntilPing()
    {
        if (_pingAfter == Timeout.InfiniteTimeSpan)
        {
            return TimeSpan.FromDays(1);
        }

        long latest = Math.Max(Volatile.Read(ref _received), _pinged);
        return _pingAfter - _timeProvider.GetElapsedTime(latest);
    }
}
