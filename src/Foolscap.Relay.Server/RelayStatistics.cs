namespace Foolscap.Relay.Server;

/// <summary>What a relay has done since it started, and what it is doing.</summary>
/// <param name="RegisteredTubs">Tubs that are registered now.</param>
/// <param name="ActiveStreams">Connections that are relayed now.</param>
/// <param name="TotalStreams">Connections that Tubs have accepted.</param>
/// <param name="RefusedConnections">Connections that Tubs did not accept, or whose callers went away before that.</param>
/// <param name="BytesToTubs">Bytes of callers, passed on to Tubs.</param>
/// <param name="BytesFromTubs">Bytes of Tubs, taken for callers.</param>
public sealed record RelayStatistics(
    int RegisteredTubs,
    int ActiveStreams,
    long TotalStreams,
    long RefusedConnections,
    long BytesToTubs,
    long BytesFromTubs);
