namespace Foolscap.Relay;

/// <summary>The directions of a relayed stream, as its own end sees them.</summary>
public enum StreamDirection
{
    /// <summary>From the local connection to the other end's <c>write</c>.</summary>
    Outbound,

    /// <summary>From the other end's calls of <c>write</c> to the local connection.</summary>
    Inbound,
}
