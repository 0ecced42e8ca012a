namespace Foolscap.Relay.Server.Admission;

/// <summary>Keeps the streams of one Tub within its rate, and all streams within the relay's. Thread-safe.</summary>
internal sealed class RatePacer(TokenBucket ofTub, TokenBucket ofAll, CurrentLimits limits, TimeProvider timeProvider) : IRelayedStreamPacer
{
    /// <summary>
    /// The pacer of a stream that begins; none if no rate is limited at the moment: a stream without one reads and sends more at
    /// once, and is not slowed down later either.
    /// </summary>
    public static RatePacer? Create(TokenBucket ofTub, TokenBucket ofAll, CurrentLimits limits, TimeProvider timeProvider) =>
        limits.ByteRateOfTub is null && limits.ByteRate is null ? null : new RatePacer(ofTub, ofAll, limits, timeProvider);

    public ValueTask WaitAsync(int count, CancellationToken cancellationToken)
    {
        // The line of all is charged for what has flowed, and not before: a slow Tub's debts are not everybody's.
        TimeSpan tub = limits.ByteRateOfTub is TokenRate rate ? ofTub.Take(count, rate) : TimeSpan.Zero;
        return tub <= TimeSpan.Zero ? WaitForAllAsync(count, cancellationToken) : WaitForBothAsync(tub, count, cancellationToken);
    }

    private ValueTask WaitForAllAsync(int count, CancellationToken cancellationToken)
    {
        TimeSpan all = limits.ByteRate is TokenRate rate ? ofAll.Take(count, rate) : TimeSpan.Zero;
        return all <= TimeSpan.Zero ? ValueTask.CompletedTask : new ValueTask(Task.Delay(all, timeProvider, cancellationToken));
    }

    private async ValueTask WaitForBothAsync(TimeSpan tub, int count, CancellationToken cancellationToken)
    {
        await Task.Delay(tub, timeProvider, cancellationToken).ConfigureAwait(false);
        await WaitForAllAsync(count, cancellationToken).ConfigureAwait(false);
    }
}
