using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs;

/// <summary>How a Tub behaves towards the Tubs that it talks to.</summary>
public sealed record TubOptions
{
    /// <summary>
    /// How long a connection may be silent before a PING is sent, and again after each such time. 20 s by default
    /// (Foolscap: 240 s): short enough to keep a NAT's mapping alive. <see cref="Timeout.InfiniteTimeSpan"/> turns it off.
    /// </summary>
    public TimeSpan KeepaliveTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long nothing may be received before a connection counts as dead, while nothing moves that is on its way to the
    /// peer: a peer to which a long message goes over a slow link lives. 60 s by default (Foolscap: for ever).
    /// <see cref="Timeout.InfiniteTimeSpan"/> turns it off.
    /// </summary>
    public TimeSpan DisconnectTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long the transport may take nothing of what this side sends before the connection is given up: the other end
    /// does not read, though it may well talk. 60 s by default, as for silence; a link that moves anything in that
    /// time lives, however slow it is; where acknowledgements cannot be seen, elsewhere than of sockets on Linux, it must
    /// move four TLS records (64 KiB), and more if the system takes bytes in larger pieces. It is looked at four times in that time, so that the end may come a
    /// quarter later. <see cref="Timeout.InfiniteTimeSpan"/> turns it off.
    /// </summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long an attempt to connect to a Tub may take, over all hints of its FURL. 60 s by default (Foolscap: 120 s).
    /// </summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a peer that connects may take from the request to the end of the negotiation. 30 s by default
    /// (Foolscap: 120 s). When many connect at once, as after a restart, their TLS handshakes are done in the order of their
    /// requests, as many at once as there are processors; the time in which a connection waits for its turn does not count,
    /// up to 120 s: no Foolscap client waits for longer.
    /// </summary>
    public TimeSpan NegotiationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long after one hint the next one is tried as well, while none has led to a connection. 250 ms by default
    /// (RFC 8305's connection attempt delay).
    /// </summary>
    public TimeSpan HintDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Whether error answers carry this side's stack trace. Off by default: a stack trace tells a stranger much.
    /// </summary>
    public bool SendTracebacks { get; init; }

    /// <summary>Opens the connections to other Tubs; by default for <c>tcp:</c> hints only.</summary>
    public IConnectionDialer Dialer { get; init; } = TcpDialer.Instance;

    /// <summary>How much a peer may make this Tub hold.</summary>
    public TubLimits Limits { get; init; } = TubLimits.Default;

    /// <summary>More than this no timer takes.</summary>
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(24);

    internal void Validate()
    {
        CheckTimeout(KeepaliveTimeout, nameof(KeepaliveTimeout));
        CheckTimeout(DisconnectTimeout, nameof(DisconnectTimeout));
        CheckTimeout(WriteTimeout, nameof(WriteTimeout));
        CheckTimeout(ConnectTimeout, nameof(ConnectTimeout));
        CheckTimeout(NegotiationTimeout, nameof(NegotiationTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThan(HintDelay, TimeSpan.Zero, nameof(HintDelay));
        ArgumentNullException.ThrowIfNull(Dialer);
        ArgumentNullException.ThrowIfNull(Limits);
        Limits.Validate();
    }

    private static void CheckTimeout(TimeSpan value, string name)
    {
        if (value != Timeout.InfiniteTimeSpan && (value <= TimeSpan.Zero || value > LongestTimeout))
        {
            throw new ArgumentOutOfRangeException(name, value, "A timeout must be positive and at most 24 days, or Timeout.InfiniteTimeSpan.");
        }
    }
}
