namespace Foolscap.Relay.Client;

/// <summary>How it stands with one relay.</summary>
public enum RelayState
{
    /// <summary>The client is connecting to the relay, or registering with it.</summary>
    Connecting,

    /// <summary>The Tub is registered: callers reach it through this relay.</summary>
    Registered,

    /// <summary>
    /// The relay will stop soon: it offers no more connections, and those that it relays go on until then. The Tub stays
    /// reachable through its other relays.
    /// </summary>
    Draining,

    /// <summary>The relay is lost, or has refused, and is tried again after a wait.</summary>
    Waiting,

    /// <summary>The client has been disposed, or the Tub that connects to the relays.</summary>
    Stopped,
}
