using Foolscap.Tubs;

namespace Foolscap.Relay.Client;

/// <summary>How a client keeps its Tub reachable.</summary>
public sealed record RelayClientOptions
{
    /// <summary>
    /// How many bytes of one connection the client holds on their way to the Tub. 262,144 by default: at 50 ms between
    /// relay and client that is 5 MB/s for one connection.
    /// </summary>
    public int Window { get; init; } = RelayProtocol.DefaultWindow;

    /// <summary>How long the connection to the Tub may take. 5 s by default, less than a relay waits for an answer.</summary>
    public TimeSpan TargetTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a relay may take to answer a registration. 30 s by default.</summary>
    public TimeSpan RegisterTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How it waits before it tries a relay again; at once after a good connection, then 1 s doubling to 30 s by default.</summary>
    public ReconnectorOptions Reconnection { get; init; } = new();

    /// <summary>
    /// How many connections may be relayed to the Tub at once, over all relays. 5,000 by default, as many as a relay sends to
    /// one Tub; each needs two file descriptors where the Tub is in the same process, else one.
    /// </summary>
    public int MaxStreams { get; init; } = 5000;

    /// <summary>How many connections to the Tub may be being opened at once, over all relays. 500 by default, as a relay has it.</summary>
    public int MaxPendingAccepts { get; init; } = 500;

    /// <summary>
    /// Whether the connections to the relays are tested at once, and tried again without a wait, when this machine's
    /// addresses change (<see cref="System.Net.NetworkInformation.NetworkChange"/>): a laptop that changes its network need
    /// not wait for a timeout. On by default.
    /// </summary>
    public bool WatchNetwork { get; init; } = true;

    /// <summary>Who sees what is relayed; nobody by default.</summary>
    public IRelayedStreamObserver? Observer { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, 1, nameof(Window));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(TargetTimeout, TimeSpan.Zero, nameof(TargetTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RegisterTimeout, TimeSpan.Zero, nameof(RegisterTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxStreams, 1, nameof(MaxStreams));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPendingAccepts, 1, nameof(MaxPendingAccepts));
        ArgumentNullException.ThrowIfNull(Reconnection, nameof(Reconnection));
    }
}
