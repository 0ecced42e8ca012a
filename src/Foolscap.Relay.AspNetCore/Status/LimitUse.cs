using System.Net;
using Foolscap.Tubs;

namespace Foolscap.Relay.AspNetCore.Status;

/// <summary>What those use who use most of the limits that each has of its own.</summary>
/// <param name="TubsOfAnAddress">Tubs that connect from one address.</param>
/// <param name="StreamsOfATub">Streams to one Tub.</param>
/// <param name="StreamsOfAnAddress">Streams from one address.</param>
/// <param name="RateOfATub">Bytes a second of one Tub.</param>
internal sealed record LimitUse(int TubsOfAnAddress, int StreamsOfATub, int StreamsOfAnAddress, double RateOfATub)
{
    public static LimitUse Of(RelaySnapshot snapshot) => new(
        Most(snapshot.Tubs.Select(item => item.Tub.Address)),
        snapshot.Tubs.Select(item => item.Tub.ActiveStreams).DefaultIfEmpty().Max(),
        Most(snapshot.Connections.Select(connection => ToAddress(connection.Peer))),
        snapshot.Tubs.Select(item => item.Rate).DefaultIfEmpty().Max());

    /// <summary>How often the address occurs that occurs most, counted as the limits count.</summary>
    private static int Most(IEnumerable<EndPoint?> addresses) => addresses
        .Select(AddressPrefix.Of).OfType<AddressPrefix>().CountBy(prefix => prefix).Select(pair => pair.Value).DefaultIfEmpty().Max();

    private static IPEndPoint? ToAddress(string peer) => IPEndPoint.TryParse(peer, out IPEndPoint? address) ? address : null;
}
