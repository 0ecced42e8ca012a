namespace Foolscap.Relay.Server.Admission;

/// <summary>Keeps the streams of one Tub within its rate, and all streams within the relay's. Thread-safe.</summary>
internal sealed class RatePacer(TokenBucket? ofTub, TokenBucket? ofAll, TimeProvider timeProvider) : IRelayedStreamPacer
{
    /// <summary>The pacer of a Tub; none if no rate is limited.</summary>
    public static RatePacer? Create(TokenBucket? ofTub, TokenBucket? ofAll, TimeProvider timeProvider) =>
        ofTub is null && ofAll is null ? null : new RatePacer(ofTub, ofAll, timeProvider);

    public ValueTask WaitAsync(int count, CancellationToken cancellationToken)
    {
        // The line of all is charged for what has flowed, and not before: a slow Tub's debts are not everybody's.
        TimeSpan tub = ofTub?.Take(count) ?? TimeSpan.Zero;
        return tub <= TimeSpan.Zero ? WaitForAllAsync(count, cancellationToken) : WaitForBothAsync(tub, count, cancellationToken);
    }

    private ValueTask WaitForAllAsync(int count, CancellationToken cancellationToken)
    {
        TimeSpan all = ofAll?.Take(count) ?? TimeSpan.Zero;
        return all <= TimeSpan.Zero ? ValueTask.CompletedTask : new ValueTask(Task.Delay(all, timeProvider, cancellationToken));
    }

    private async ValueTask WaitForBothAsync(TimeSpan tub, int count, CancellationToken cancellationToken)
    {
        await Task.Delay(tub, timeProvider, cancellationToken).ConfigureAwait(false);
        await WaitForAllAsync(count, cancellationToken).ConfigureAwait(false);
    }
}
