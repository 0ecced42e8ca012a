namespace Foolscap.Relay.Server.Admission;

/// <summary>
/// So many of something in a second on the average, and so many at once. Own code, because the one of
/// System.Threading.RateLimiting has a clock of its own, and one rate for ever. Thread-safe.
/// </summary>
/// <remarks>It counts what has been taken, and not what is left: so it is full at first, whatever its rate will be.</remarks>
internal sealed class TokenBucket(TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private TokenRate _rate;
    private double _taken;
    private long _filledAt = timeProvider.GetTimestamp();

    /// <summary>Takes one token, if there is one.</summary>
    public bool TryTake(TokenRate rate)
    {
        lock (_gate)
        {
            Fill(rate);
            if (_taken > rate.Burst - 1)
            {
                return false;
            }

            _taken++;
            return true;
        }
    }

    /// <summary>Takes tokens whether they are there or not.</summary>
    /// <returns>How long it takes until the bucket has paid its debt: so long whoever took them has to wait.</returns>
    public TimeSpan Take(double count, TokenRate rate)
    {
        lock (_gate)
        {
            Fill(rate);
            _taken += count;
            double debt = _taken - rate.Burst;
            return debt <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(debt / rate.PerSecond);
        }
    }

    private void Fill(TokenRate rate)
    {
        if (_rate != rate)
        {
            // Half full stays half full: what was right at the old rate is no debt at the new one.
            _taken *= _rate.Burst > 0 ? rate.Burst / _rate.Burst : 1;
            _rate = rate;
        }

        long now = timeProvider.GetTimestamp();
        _taken = Math.Max(0, _taken - (timeProvider.GetElapsedTime(_filledAt, now).TotalSeconds * rate.PerSecond));
        _filledAt = now;
    }
}
