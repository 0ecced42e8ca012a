namespace Foolscap.Relay.Benchmarks.Network;

/// <summary>How a relay carries the bytes of a stream.</summary>
internal enum RelayWay
{
    /// <summary>In messages of the client's one connection.</summary>
    Messages,

    /// <summary>Through a connection of the stream's own.</summary>
    Direct,
}
