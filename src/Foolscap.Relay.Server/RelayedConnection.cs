using Foolscap.Furls;

namespace Foolscap.Relay.Server;

/// <summary>A connection that is relayed, as it was at one moment (<see cref="RelayServer.GetConnections"/>).</summary>
/// <param name="TubId">The Tub that was called.</param>
/// <param name="Peer">The caller's address, as text.</param>
/// <param name="Since">When it was accepted.</param>
/// <param name="IsDirect">Whether the Tub's client has opened a connection of its own for it.</param>
/// <param name="BytesToTub">Bytes that it has carried to the Tub.</param>
/// <param name="BytesFromTub">Bytes that it has carried from the Tub.</param>
public sealed record RelayedConnection(
    TubId TubId, string Peer, DateTimeOffset Since, bool IsDirect, long BytesToTub, long BytesFromTub);
