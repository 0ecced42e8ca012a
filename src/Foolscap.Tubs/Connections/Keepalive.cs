namespace Foolscap.Tubs.Connections;

/// <summary>
/// Watches one connection for silence: PINGs it, and in the end gives it up (<c>keepaliveTimeout</c>,
/// <c>disconnectTimeout</c>). Thread-safe.
/// </summary>
internal sealed class Keepalive : IDisposable
{
    private readonly TimeProvider _timeProvider;
    private readonly TimeSpan _pingAfter;
    private readonly TimeSpan _dropAfter;
    private readonly Action _ping;
    private readonly Action<TimeSpan> _drop;
    private readonly ITimer? _timer;
    private long _received;
    private long _pinged;

    public Keepalive(TimeProvider timeProvider, TubOptions options, Action ping, Action<TimeSpan> drop)
    {
        _timeProvider = timeProvider;
        _pingAfter = options.KeepaliveTimeout;
        _dropAfter = options.DisconnectTimeout;
        _ping = ping;
        _drop = drop;
        _received = _pinged = timeProvider.GetTimestamp();
        if (_pingAfter != Timeout.InfiniteTimeSpan || _dropAfter != Timeout.InfiniteTimeSpan)
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

    /// <summary>When something was received last, as a timestamp.</summary>
    public long LastReceived => Volatile.Read(ref _received);

    /// <summary>Something has been received.</summary>
    public void OnReceived() => Volatile.Write(ref _received, _timeProvider.GetTimestamp());

    public void Dispose() => _timer?.Dispose();

    private void Check()
    {
        TimeSpan silence = _timeProvider.GetElapsedTime(Volatile.Read(ref _received));
        if (_dropAfter != Timeout.InfiniteTimeSpan && silence >= _dropAfter)
        {
            _drop(silence);
            return;
        }

        if (UntilPing() <= TimeSpan.Zero)
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
            TimeSpan untilDrop = _dropAfter - _timeProvider.GetElapsedTime(Volatile.Read(ref _received));
            due = untilDrop < due ? untilDrop : due;
        }

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
