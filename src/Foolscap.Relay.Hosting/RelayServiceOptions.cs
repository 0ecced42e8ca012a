using Foolscap.Relay.Server;

namespace Foolscap.Relay.Hosting;

/// <summary>
/// A relay that a host runs, as its configuration says it: plain types only, so that it binds from a section. What no
/// configuration can say, such as a policy of your own, is given to
/// <see cref="RelayServerBuilder.ConfigureServer"/>.
/// </summary>
/// <remarks>
/// <see cref="RelayConfiguration.ServerKeys"/> describes each key. All faults of all of them are reported at once, when
/// the host starts. Not thread-safe while it is being filled.
/// </remarks>
public sealed class RelayServiceOptions
{
    private static readonly RelayServerOptions Defaults = new();

    /// <summary>
    /// Where the relay keeps who it is: its certificate (<c>relay.pem</c>) and the registrar's FURL
    /// (<c>registrar.furl</c>), readable by their owner only. It is made if it is not there. Required. A relative path
    /// starts at the host's content root.
    /// </summary>
    public string Folder { get; set; } = "";

    /// <summary>
    /// The addresses on which the relay listens, such as <c>0.0.0.0:7000</c> or <c>[::]:7000</c>; port 0 for any free one.
    /// None, the default, is right where another listener hands its connections over, such as Kestrel.
    /// </summary>
    public IList<string> Listen { get; } = [];

    /// <summary>
    /// Where others reach this relay, such as <c>tcp:relay.example.org:7000</c>: what stands in all FURLs that lead through
    /// it. By default the addresses on which it listens, which is right only where those are not wildcards.
    /// </summary>
    public IList<string> Hints { get; } = [];

    /// <summary>How long relayed connections may go on when the host stops. 30 s by default; zero aborts them at once.</summary>
    public TimeSpan Drain { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc cref="RelayServerOptions.DirectConnections"/>
    public bool DirectConnections { get; set; } = Defaults.DirectConnections;

    /// <summary>
    /// A file with the TubIDs that may register (<see cref="TubIdListPolicy"/>), one a line. <see langword="null"/>, the
    /// default: everybody who holds the registrar's FURL may. A relative path starts at the host's content root.
    /// </summary>
    public string? AllowedTubs { get; set; }

    /// <inheritdoc cref="RelayServerOptions.AcceptTimeout"/>
    public TimeSpan AcceptTimeout { get; set; } = Defaults.AcceptTimeout;

    /// <inheritdoc cref="RelayServerOptions.HoldTime"/>
    public TimeSpan HoldTime { get; set; } = Defaults.HoldTime;

    /// <inheritdoc cref="RelayServerOptions.PolicyTimeout"/>
    public TimeSpan PolicyTimeout { get; set; } = Defaults.PolicyTimeout;

    /// <inheritdoc cref="RelayServerOptions.PolicyRecheckInterval"/>
    public TimeSpan PolicyRecheckInterval { get; set; } = Defaults.PolicyRecheckInterval;

    /// <inheritdoc cref="RelayServerOptions.Window"/>
    public int Window { get; set; } = Defaults.Window;

    /// <inheritdoc cref="RelayServerOptions.InitialWindow"/>
    public int InitialWindow { get; set; } = Defaults.InitialWindow;

    /// <summary>
    /// How often the relay connects to itself, to know whether it is ready. 30 s by default;
    /// <see cref="Timeout.InfiniteTimeSpan"/> turns it off, and a relay that runs then counts as ready.
    /// </summary>
    public TimeSpan SelfProbeInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How much of the relay a Tub, an address, or all together may use. A change takes effect without a restart.</summary>
    public RelayServiceLimits Limits { get; } = new();

    /// <summary>How those are treated who connect.</summary>
    public RelayServiceListener Listener { get; } = new();

    /// <summary>How long the relay's own Tub waits.</summary>
    public TubTimeouts Tub { get; } = new();

    internal RelayServerOptions ToServerOptions() => new()
    {
        Window = Window,
        InitialWindow = InitialWindow,
        AcceptTimeout = AcceptTimeout,
        HoldTime = HoldTime,
        DirectConnections = DirectConnections,
        Limits = Limits.ToLimits(),
        HandedConnections = Listener.ToListenerOptions(),
        PolicyTimeout = PolicyTimeout,
        PolicyRecheckInterval = PolicyRecheckInterval,
    };
}
