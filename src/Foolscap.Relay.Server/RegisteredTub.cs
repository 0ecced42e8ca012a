using System.Net;
using Foolscap.Furls;

namespace Foolscap.Relay.Server;

/// <summary>
/// A Tub that is registered, as it was at one moment (<see cref="RelayServer.GetTubs"/>). What it counts goes on over registrations
/// that follow each other, and begins anew when the Tub was away for more than five minutes.
/// </summary>
/// <param name="TubId">The Tub.</param>
/// <param name="Address">Where its client connects from, if that has an address.</param>
/// <param name="Since">When it has registered, last.</param>
/// <param name="ActiveStreams">Connections that are relayed to it now.</param>
/// <param name="TotalStreams">Connections that it has accepted.</param>
/// <param name="BytesToTub">Bytes that those carry and have carried to it.</param>
/// <param name="BytesFromTub">Bytes that those carry and have carried from it.</param>
/// <param name="LastSeen">When its client has given a sign of life, last: it is asked for one after 20 s without.</param>
public sealed record RegisteredTub(
    TubId TubId,
    EndPoint? Address,
    DateTimeOffset Since,
    int ActiveStreams,
    long TotalStreams,
    long BytesToTub,
    long BytesFromTub,
    DateTimeOffset LastSeen);
