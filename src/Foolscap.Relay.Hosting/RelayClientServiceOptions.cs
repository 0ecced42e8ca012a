using Foolscap.Relay.Client;

namespace Foolscap.Relay.Hosting;

/// <summary>
/// A relay client that a host runs, as its configuration says it: plain types only, so that it binds from a section. What no
/// configuration can say is given to <see cref="RelayClientBuilder.ConfigureClient"/>.
/// </summary>
/// <remarks>
/// <see cref="RelayConfiguration.ClientKeys"/> describes each key. All faults of all of them are reported at once, when
/// the host starts. Not thread-safe while it is being filled.
/// </remarks>
public sealed class RelayClientServiceOptions
{
    private static readonly RelayClientOptions Defaults = new();

    /// <summary>
    /// The certificate and private key of the Tub that is to be reached (PEM): <c>private/node.pem</c> of a Tahoe-LAFS
    /// node, say. Without a <see cref="Target"/> the Tub is this process', and the file is made if it is not there.
    /// Required. A relative path starts at the host's content root.
    /// </summary>
    public string TubPem { get; set; } = "";

    /// <summary>
    /// Where that Tub listens, such as <c>127.0.0.1:3457</c>. <see langword="null"/>, the default: it is
    /// <see cref="IFoolscapRelayClient.Tub"/>, in this process. It listens on no port: callers' connections reach it in memory, with
    /// their addresses as the relay tells them.
    /// </summary>
    public string? Target { get; set; }

    /// <summary>The registrar FURLs of the relays. Each is a secret, and is never logged. At least one.</summary>
    public IList<string> Relays { get; } = [];

    /// <inheritdoc cref="RelayClientOptions.DirectConnections"/>
    public bool DirectConnections { get; set; } = Defaults.DirectConnections;

    /// <inheritdoc cref="RelayClientOptions.DirectTimeout"/>
    public TimeSpan DirectTimeout { get; set; } = Defaults.DirectTimeout;

    /// <inheritdoc cref="RelayClientOptions.TargetTimeout"/>
    public TimeSpan TargetTimeout { get; set; } = Defaults.TargetTimeout;

    /// <inheritdoc cref="RelayClientOptions.RegisterTimeout"/>
    public TimeSpan RegisterTimeout { get; set; } = Defaults.RegisterTimeout;

    /// <inheritdoc cref="RelayClientOptions.MaxStreams"/>
    public int MaxStreams { get; set; } = Defaults.MaxStreams;

    /// <inheritdoc cref="RelayClientOptions.MaxPendingAccepts"/>
    public int MaxPendingAccepts { get; set; } = Defaults.MaxPendingAccepts;

    /// <inheritdoc cref="RelayClientOptions.MaxBufferedBytes"/>
    public long MaxBufferedBytes { get; set; } = Defaults.MaxBufferedBytes;

    /// <inheritdoc cref="RelayClientOptions.Window"/>
    public int Window { get; set; } = Defaults.Window;

    /// <inheritdoc cref="RelayClientOptions.InitialWindow"/>
    public int InitialWindow { get; set; } = Defaults.InitialWindow;

    /// <inheritdoc cref="RelayClientOptions.WatchNetwork"/>
    public bool WatchNetwork { get; set; } = Defaults.WatchNetwork;

    /// <summary>How the client waits before it tries a relay again.</summary>
    public ReconnectionOptions Reconnection { get; } = new();

    /// <summary>How long the Tub waits that connects to the relays.</summary>
    public TubTimeouts Tub { get; } = new();

    internal RelayClientOptions ToClientOptions() => new()
    {
        DirectConnections = DirectConnections,
        DirectTimeout = DirectTimeout,
        TargetTimeout = TargetTimeout,
        RegisterTimeout = RegisterTimeout,
        MaxStreams = MaxStreams,
        MaxPendingAccepts = MaxPendingAccepts,
        MaxBufferedBytes = MaxBufferedBytes,
        Window = Window,
        InitialWindow = InitialWindow,
        WatchNetwork = WatchNetwork,
        Reconnection = Reconnection.ToReconnectorOptions(),
    };
}
