namespace Foolscap.Tubs.Handshakes;

/// <summary>
/// Measures how long a negotiation takes, but for the time in which it is this side that lets the peer wait: a connection
/// that waits for its turn does nothing wrong. Thread-safe, but that one alone stops it and lets it go on.
/// </summary>
internal sealed class NegotiationClock : IDisposable
{
    /// <summary>A Foolscap client gives up after so long: who has waited longer works for nobody.</summary>
    public static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(120);

    private readonly TimeSpan _limit;
    private readonly TimeProvider _timeProvider;
    private readonly CancellationTokenSource _expired;
    private readonly Lock _gate = new();
    private readonly long _began;
    private TimeSpan _stopped;
    private long _stoppedSince;
    private bool _expiredBefore;
    private bool _expiredWhenStopped;

    /// <summary>Starts a clock.</summary>
    /// <param name="limit">How long the negotiation may take; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="timeProvider">What it measures with.</param>
    public NegotiationClock(TimeSpan limit, TimeProvider timeProvider)
    {
        (_limit, _timeProvider) = (limit, timeProvider);
        _began = timeProvider.GetTimestamp();
        _expired = new CancellationTokenSource(limit, timeProvider);
        Expired = _expired.Token;
    }

    /// <summary>Cancelled when the negotiation has taken too long, or been stopped for too long.</summary>
    public CancellationToken Expired { get; }

    public bool IsStopped { get; private set; }

    /// <summary>How long it has been stopped in all.</summary>
    public TimeSpan Stopped
    {
        get
        {
            lock (_gate)
            {
                return IsStopped ? _stopped + _timeProvider.GetElapsedTime(_stoppedSince) : _stopped;
            }
        }
    }

    /// <summary>Why it has expired, for the log.</summary>
    public string Reason => _expiredWhenStopped
        ? $"This machine did not get to it within {LongestStop.TotalSeconds:0} s: it has too much to do."
        : $"The negotiation took longer than {_limit.TotalSeconds:0.###} s.";

    /// <summary>From now on it is this side that lets the peer wait.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            IsStopped = true;
            _expiredBefore = Expired.IsCancellationRequested;
            _stoppedSince = _timeProvider.GetTimestamp();
        }

        _expired.CancelAfter(NotNegative(LongestStop - _stopped));
    }

    /// <summary>From now on it is not.</summary>
    public void Go()
    {
        TimeSpan taken;
        lock (_gate)
        {
            _stopped = Stopped;
            IsStopped = false;
            taken = _timeProvider.GetElapsedTime(_began) - _stopped;
        }

        _expiredWhenStopped = !_expiredBefore && Expired.IsCancellationRequested;
        _expired.CancelAfter(_limit == Timeout.InfiniteTimeSpan ? _limit : NotNegative(_limit - taken));
    }

    public void Dispose() => _expired.Dispose();

    /// <summary>What is over is due at once.</summary>
    private static TimeSpan NotNegative(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;
}
