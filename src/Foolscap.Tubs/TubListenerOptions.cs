namespace Foolscap.Tubs;

/// <summary>How a listener treats those who connect. Each number is there to keep a stranger from taking what others need.</summary>
public sealed record TubListenerOptions
{
    /// <summary>How long a peer may take until its request is complete. 30 s by default: a slow link's few packets, lost and sent again.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many connections may be waiting for their request, or in negotiation, at once. 2,000 by default: they cost a
    /// few kilobytes each, and some 50 in the TLS handshake. When there are more, the one that has waited longest without
    /// having sent its request makes room for the newest, so that many silent peers do not keep others out. If all have
    /// sent their requests, the one that has negotiated longest does, for 5 s at least, of the address that has the most;
    /// if none has for so long, the newest is told to come back later. Time in which a connection waits for its turn, because
    /// the processors are busy with older ones' handshakes, is not the peer's, and does not count; nor are more than this in line.
    /// </summary>
    public int MaxHalfOpenConnections { get; init; } = 2000;

    /// <summary>
    /// The same for the connections of one address (<see cref="AddressPrefix"/>). 1,000 by default: half of all, and as
    /// many as a relay registers of one address by default: a site's Tubs, which may come back at once.
    /// </summary>
    public int MaxHalfOpenConnectionsPerAddress { get; init; } = 1000;

    /// <summary>
    /// How many connections the listener's Tubs may have through it. 20,000 by default: twice the Tubs that a relay
    /// registers; an idle one costs about 60 KB and a file descriptor. When there are more, the oldest on which neither side
    /// has held a reference for 60 s is closed to make room for the newest; if there is none, the newest is told to come
    /// back later.
    /// </summary>
    public int MaxConnections { get; init; } = 20_000;

    /// <summary>The same for the connections of one address (<see cref="AddressPrefix"/>). 2,000 by default: a tenth.</summary>
    public int MaxConnectionsPerAddress { get; init; } = 2000;

    internal void Validate()
    {
        if (HeaderTimeout <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(HeaderTimeout), HeaderTimeout, "A timeout must be positive.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(MaxHalfOpenConnections, 1, nameof(MaxHalfOpenConnections));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxHalfOpenConnectionsPerAddress, 1, nameof(MaxHalfOpenConnectionsPerAddress));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConnections, 1, nameof(MaxConnections));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConnectionsPerAddress, 1, nameof(MaxConnectionsPerAddress));
    }
}
