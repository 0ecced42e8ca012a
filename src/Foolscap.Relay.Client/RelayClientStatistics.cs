namespace Foolscap.Relay.Client;

/// <summary>What a client has done since it started, and what it is doing.</summary>
/// <param name="ActiveStreams">Connections that are relayed to the Tub now.</param>
/// <param name="ActiveDirectStreams">How many of these have a connection of their own to the relay.</param>
/// <param name="TotalStreams">Connections that were taken.</param>
/// <param name="TotalDirectStreams">How many of these had a connection of their own.</param>
/// <param name="BytesToTub">Bytes of callers that the Tub has taken.</param>
/// <param name="BytesFromTub">Bytes of the Tub that were sent to callers.</param>
/// <param name="Refusals">Connections that relays offered, and that were not taken.</param>
/// <param name="Relays">How it stands with each relay, in the order in which they were given.</param>
public sealed record RelayClientStatistics(
    int ActiveStreams,
    int ActiveDirectStreams,
    long TotalStreams,
    long TotalDirectStreams,
    long BytesToTub,
    long BytesFromTub,
    long Refusals,
    IReadOnlyList<RelayAttachmentStatistics> Relays);
