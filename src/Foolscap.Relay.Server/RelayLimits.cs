namespace Foolscap.Relay.Server;

/// <summary>
/// How much of a relay one Tub, one address, or all together may use. Passing a limit gives the peer a readable reason,
/// counts in <see cref="RelayStatistics.Refusals"/>, and touches nobody else. Addresses count by
/// <see cref="Foolscap.Tubs.AddressPrefix"/>: an IPv6 address by its /64.
/// </summary>
public sealed record RelayLimits
{
    /// <summary>How many Tubs may be registered. 10,000 by default: at some 60 KB each that is 600 MB.</summary>
    public int MaxRegisteredTubs { get; init; } = 10_000;

    /// <summary>How many of them may connect from one address. 1,000 by default: a large site behind one NAT, a tenth of all.</summary>
    public int MaxRegisteredTubsPerAddress { get; init; } = 1000;

    /// <summary>
    /// How often one Tub may register in a minute, on the average; twenty times in a row. 60 by default: a client that
    /// comes back registers once a connection, and backs off if that goes on.
    /// </summary>
    public int RegistrationsPerMinutePerTub { get; init; } = 60;

    /// <summary>
    /// How many connections may be relayed, held or offered to a Tub, all together. 10,000 by default: with a direct connection
    /// each needs two file descriptors, twice as many in a process that is relay and client in one, and 65,536 is a common limit.
    /// </summary>
    public int MaxStreams { get; init; } = 10_000;

    /// <summary>How many of them may go to one Tub. 5,000 by default: half of all, and what a client takes by default.</summary>
    public int MaxStreamsPerTub { get; init; } = 5000;

    /// <summary>How many of them may come from one address. 2,500 by default: a quarter of all.</summary>
    public int MaxStreamsPerAddress { get; init; } = 2500;

    /// <summary>
    /// How many connections may be waiting for one Tub's answer at once; others wait until one of them is answered, up to the
    /// accept timeout. 500 by default: at 5,000 a second that is a tenth of a second's worth, and what a Tub leaves
    /// unanswered is not more than these.
    /// </summary>
    public int MaxPendingAcceptsPerTub { get; init; } = 500;

    /// <summary>
    /// How many connections one Tub is offered in a second, on the average, and twice as many at once (a token bucket).
    /// 5,000 by default: more than a relay on two cores reaches; a lower number protects a small Tub.
    /// </summary>
    public int AcceptsPerSecondPerTub { get; init; } = 5000;

    /// <summary>
    /// How long nothing may pass in either direction of a stream before it is aborted.
    /// <see cref="Timeout.InfiniteTimeSpan"/>, the default, turns it off: Foolscap connections are long and mostly idle.
    /// </summary>
    public TimeSpan StreamIdleTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// How many bytes a second all streams of one Tub carry together, both directions counted; more of them wait.
    /// <see langword="null"/>, the default, turns it off.
    /// </summary>
    public long? BytesPerSecondPerTub { get; init; }

    /// <summary>The same for all streams of all Tubs. Off by default.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>
    /// How many bytes all streams together may hold: windows shrink as this fills, and when there is no room for one more
    /// stream a caller is refused. 256 MiB by default: 10,000 streams, and a quarter of it for
    /// the windows of those that move fast.
    /// </summary>
    public long MaxBufferedBytes { get; init; } = 256 * 1024 * 1024;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRegisteredTubs, 1, nameof(MaxRegisteredTubs));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRegisteredTubsPerAddress, 1, nameof(MaxRegisteredTubsPerAddress));
        ArgumentOutOfRangeException.ThrowIfLessThan(RegistrationsPerMinutePerTub, 1, nameof(RegistrationsPerMinutePerTub));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxStreams, 1, nameof(MaxStreams));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxStreamsPerTub, 1, nameof(MaxStreamsPerTub));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxStreamsPerAddress, 1, nameof(MaxStreamsPerAddress));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPendingAcceptsPerTub, 1, nameof(MaxPendingAcceptsPerTub));
        ArgumentOutOfRangeException.ThrowIfLessThan(AcceptsPerSecondPerTub, 1, nameof(AcceptsPerSecondPerTub));
        ArgumentOutOfRangeException.ThrowIfLessThan(BytesPerSecondPerTub ?? 1, 1, nameof(BytesPerSecondPerTub));
        ArgumentOutOfRangeException.ThrowIfLessThan(BytesPerSecond ?? 1, 1, nameof(BytesPerSecond));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBufferedBytes, 1024 * 1024, nameof(MaxBufferedBytes));
        if (StreamIdleTimeout != Timeout.InfiniteTimeSpan && StreamIdleTimeout <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(StreamIdleTimeout), StreamIdleTimeout, "A timeout must be positive, or Timeout.InfiniteTimeSpan.");
        }
    }
}
