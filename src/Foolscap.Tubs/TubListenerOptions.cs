namespace Foolscap.Tubs;

/// <summary>How a listener treats those who connect.</summary>
public sealed record TubListenerOptions
{
    /// <summary>How long a peer may take until its request is complete. 30 s by default.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many connections may be waiting for their request, or in negotiation, at once; more are told to come back
    /// later. 1,000 by default: they cost a few kilobytes each.
    /// </summary>
    public int MaxHalfOpenConnections { get; init; } = 1000;

    internal void Validate()
    {
        if (HeaderTimeout <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(HeaderTimeout), HeaderTimeout, "A timeout must be positive.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(MaxHalfOpenConnections, 1, nameof(MaxHalfOpenConnections));
    }
}
