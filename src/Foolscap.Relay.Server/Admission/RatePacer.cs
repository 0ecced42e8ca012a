namespace Foolscap.Relay.Server.Admission;

/// <summary>Keeps the streams of one Tub within its rate, and all streams within the relay's. Thread-safe.</summary>
internal sealed class RatePacer(TokenBucket? ofTub, TokenBucket? ofAll, TimeProvider timeProvider) : IRelayedStreamPacer
{
    /// <summary>The pacer of a Tub; none if no rate is limited.</summary>
    public static RatePacer? Create(TokenBucket? ofTub, TokenBucket? ofAll, TimeProvider timeProvider) =>
        ofTub is null && ofAll is null ? null : new RatePacer(ofTub, ofAll, timeProvider);

    public ValueTask WaitAsync(int count, CancellationToken cancellationToken)
    {
        TimeSpan tub = ofTub?.Take(count) ?? TimeSpan.Zero;
        TimeSpan all = ofAll?.Take(count) ?? TimeSpan.Zero;
        TimeSpan wait = tub > all ? tub : all;
        return wait <= TimeSpan.Zero ? ValueTask.CompletedTask : new ValueTask(Task.Delay(wait, timeProvider, cancellationToken));
    }
}
