namespace Foolscap.Relay.Server.Admission;

/// <summary>
/// So many of something in a second on the average, and so many at once. Own code, because the one of
/// System.Threading.RateLimiting has a clock of its own. Thread-safe.
/// </summary>
internal sealed class TokenBucket
{
    private readonly Lock _gate = new();
    private readonly double _perSecond;
    private readonly double _burst;
    private readonly TimeProvider _timeProvider;
    private double _tokens;
    private long _filledAt;

    public TokenBucket(double perSecond, double burst, TimeProvider timeProvider)
    {
        (_perSecond, _burst, _timeProvider) = (perSecond, burst, timeProvider);
        _tokens = burst;
        _filledAt = timeProvider.GetTimestamp();
    }

    /// <summary>Takes one token, if there is one.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            Fill();
            if (_tokens < 1)
            {
                return false;
            }

            _tokens--;
            return true;
        }
    }

    /// <summary>Takes tokens whether they are there or not.</summary>
    /// <returns>How long it takes until the bucket has paid its debt: so long whoever took them has to wait.</returns>
    public TimeSpan Take(double count)
    {
        lock (_gate)
        {
            Fill();
            _tokens -= count;
            return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / _perSecond);
        }
    }

    private void Fill()
    {
        long now = _timeProvider.GetTimestamp();
        _tokens = Math.Min(_burst, _tokens + (_timeProvider.GetElapsedTime(_filledAt, now).TotalSeconds * _perSecond));
        _filledAt = now;
    }
}
