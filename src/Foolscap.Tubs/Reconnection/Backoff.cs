namespace Foolscap.Tubs.Reconnection;

/// <summary>The waits between the attempts of one reconnector. Not thread-safe.</summary>
internal sealed class Backoff(ReconnectorOptions options, Random random)
{
    private TimeSpan _next = options.InitialDelay;

    /// <summary>A connection that was good for long enough is lost: tries start afresh, and at once.</summary>
    public TimeSpan AfterStableConnection()
    {
        _next = options.InitialDelay;
        return TimeSpan.Zero;
    }

    /// <summary>An attempt has failed, or its connection was lost soon.</summary>
    public TimeSpan AfterFailure()
    {
        TimeSpan wait = _next;
        TimeSpan longer = _next * options.Factor;
        _next = longer < options.MaxDelay ? longer : options.MaxDelay;
        return wait * (1 + (options.Jitter * ((2 * random.NextDouble()) - 1)));
    }
}
