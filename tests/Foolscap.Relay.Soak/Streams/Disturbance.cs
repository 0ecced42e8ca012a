namespace Foolscap.Relay.Soak.Streams;

/// <summary>What happens to a client, and so what may happen to the connections that it carries.</summary>
internal enum Disturbance
{
    /// <summary>Nothing: every connection must end exactly as planned.</summary>
    None,

    /// <summary>Its connection to the relay is cut now and then: connections may be refused, or reset at both ends.</summary>
    Cut,

    /// <summary>It is killed now and then: besides, the kernel may end the connections to its target in order.</summary>
    Killed,
}
