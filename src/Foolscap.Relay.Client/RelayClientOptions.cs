using System.Diagnostics.Metrics;
using System.Net;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client;

/// <summary>How a client keeps its Tub reachable.</summary>
public sealed record RelayClientOptions
{
    /// <summary>
    /// The most bytes of one connection that the client holds on their way to the Tub. 16 MiB by default: at 150 ms between relay
    /// and client that is 100 MB/s for one connection. It has more than 1 MiB only where its round trip needs it, and while
    /// the budget has room.
    /// </summary>
    public int Window { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// The window that a connection starts with; it grows to <see cref="Window"/> while the connection moves fast enough to
    /// need it. 16,384 by default, so that thousands of idle connections reserve little of <see cref="MaxBufferedBytes"/>.
    /// </summary>
    public int InitialWindow { get; init; } = 16_384;

    /// <summary>
    /// How many bytes all connections together may hold: windows shrink as this fills, and when there is no room for one more
    /// connection it is not taken. 256 MiB by default: 10,000 connections, and a
    /// quarter of it for the windows of those that move fast.
    /// </summary>
    public long MaxBufferedBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>How long the connection to the Tub may take. 5 s by default, less than a relay waits for an answer.</summary>
    public TimeSpan TargetTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether the client opens a TCP connection of its own to the relay for each caller, where the relay offers it: several times
    /// cheaper than a share of the one connection to the relay, which is used where that does not come up. On by default.
    /// </summary>
    public bool DirectConnections { get; init; } = true;

    /// <summary>
    /// How long such a connection may take. 3 s by default: with <see cref="TargetTimeout"/> less than a relay waits for an answer.
    /// </summary>
    public TimeSpan DirectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How it is opened: given the address at which the client has reached the relay. By TCP by default; a Tub that reaches its
    /// relays in a way of its own, through a proxy say, needs the same here, or else <see cref="DirectConnections"/> off.
    /// </summary>
    public Func<EndPoint, CancellationToken, Task<TransportConnection>> ConnectDirect { get; init; } = TransportConnection.ConnectTcpAsync;

    /// <summary>How long a relay may take to answer a registration. 30 s by default.</summary>
    public TimeSpan RegisterTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How it waits before it tries a relay again; at once after a good connection, then 1 s doubling to 30 s by default.</summary>
    public ReconnectorOptions Reconnection { get; init; } = new();

    /// <summary>
    /// How many connections may be relayed to the Tub at once, over all relays. 5,000 by default, as many as a relay sends to
    /// one Tub; each needs one file descriptor, one more with a direct connection, and one more where the Tub's port is one of the same process; none for a
    /// <see cref="TubListener"/> as the target.
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

    /// <summary>
    /// What makes the meter <c>Foolscap.Relay.Client</c>, whose instruments tell how it stands with the client. By default the client
    /// has a meter of its own, which ends with it.
    /// </summary>
    public IMeterFactory? MeterFactory { get; init; }

    /// <summary>
    /// The name of this client where a process has several: the tag <c>foolscap.relay.name</c> of its meter tells them apart. None
    /// by default, and then there is no such tag.
    /// </summary>
    public string? MeterName { get; init; }

    /// <summary>The window that the client tells a relay.</summary>
    internal int FirstWindow => Math.Min(InitialWindow, Window);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, 1, nameof(Window));
        ArgumentOutOfRangeException.ThrowIfLessThan(InitialWindow, 1, nameof(InitialWindow));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBufferedBytes, 1024 * 1024, nameof(MaxBufferedBytes));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(TargetTimeout, TimeSpan.Zero, nameof(TargetTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RegisterTimeout, TimeSpan.Zero, nameof(RegisterTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(DirectTimeout, TimeSpan.Zero, nameof(DirectTimeout));
        ArgumentNullException.ThrowIfNull(ConnectDirect, nameof(ConnectDirect));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxStreams, 1, nameof(MaxStreams));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPendingAccepts, 1, nameof(MaxPendingAccepts));
        ArgumentNullException.ThrowIfNull(Reconnection, nameof(Reconnection));
    }
}
