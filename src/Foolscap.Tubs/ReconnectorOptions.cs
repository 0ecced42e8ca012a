namespace Foolscap.Tubs;

/// <summary>
/// How a <see cref="Reconnector"/> waits between its attempts. A good connection that is lost is tried again at once;
/// then the waits grow, with jitter so that many clients of one host do not come back in step.
/// </summary>
public sealed record ReconnectorOptions
{
    /// <summary>The wait after the first failed attempt. 1 s by default.</summary>
    public TimeSpan InitialDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait, before jitter. 30 s by default (Foolscap: an hour).</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>By how much each wait is longer than the one before. 2 by default.</summary>
    public double Factor { get; init; } = 2;

    /// <summary>By which part a wait is made longer or shorter at random. 0.2 by default.</summary>
    public double Jitter { get; init; } = 0.2;

    /// <summary>
    /// How long a connection must have been good for the waits to start afresh. 30 s by default: one that is lost sooner
    /// may have been taken away by another process with the same certificate, which would take it again.
    /// </summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(30);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(InitialDelay, TimeSpan.Zero, nameof(InitialDelay));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDelay, InitialDelay, nameof(MaxDelay));
        ArgumentOutOfRangeException.ThrowIfLessThan(Factor, 1, nameof(Factor));
        ArgumentOutOfRangeException.ThrowIfNegative(Jitter, nameof(Jitter));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Jitter, 1, nameof(Jitter));
        ArgumentOutOfRangeException.ThrowIfLessThan(StableAfter, TimeSpan.Zero, nameof(StableAfter));
    }
}
