namespace Foolscap.Relay;

/// <summary>The names and numbers of the relay protocol, version 1.</summary>
public static class RelayProtocol
{
    /// <summary>The version that a relay tells in its answer to <c>register</c>.</summary>
    public const int Version = 1;

    /// <summary>The most bytes that one <c>write</c> carries.</summary>
    public const int MaxWriteSize = 65_536;

    /// <summary>The window of a direction whose receiver gave none, in bytes.</summary>
    public const int DefaultWindow = 262_144;

    /// <summary>The registrar's method by which a Tub makes itself reachable.</summary>
    public const string Register = "register";

    /// <summary>The registrar's method by which a Tub takes its registration back.</summary>
    public const string Unregister = "unregister";

    /// <summary>The listener's method by which the relay offers a connection.</summary>
    public const string Accept = "accept";

    /// <summary>The method of handler and responder that carries bytes.</summary>
    public const string Write = "write";

    /// <summary>The method of handler and responder that ends one direction.</summary>
    public const string Close = "close";

    /// <summary>The method of handler and responder that ends both directions at once.</summary>
    public const string Abort = "abort";

    /// <summary>The key of the window in <c>register</c>'s options and answer.</summary>
    public const string WindowKey = "window";

    /// <summary>
    /// The key of the capability of direct connections in <c>register</c>'s options and answer, and of the token for one in
    /// <c>accept</c>'s info.
    /// </summary>
    public const string DirectKey = "direct";

    /// <summary>The beginning of the path that a direct connection's request names; the token follows.</summary>
    public const string DirectPath = "/direct/";

    /// <summary>The key of the version in <c>register</c>'s answer.</summary>
    public const string VersionKey = "version";

    /// <summary>The key of the relay's hints in <c>register</c>'s answer.</summary>
    public const string HintsKey = "hints";

    /// <summary>The key of the caller's address in <c>accept</c>'s info.</summary>
    public const string PeerKey = "peer";

    /// <summary>The key of the events' reference in <c>register</c>'s options.</summary>
    public const string EventsKey = "events";

    /// <summary>The events' method by which the relay tells that it will stop.</summary>
    public const string Draining = "draining";

    /// <summary>The events' method by which the relay tells that another connection of the Tub has registered.</summary>
    public const string Replaced = "replaced";
}
