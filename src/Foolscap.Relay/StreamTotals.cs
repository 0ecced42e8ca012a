namespace Foolscap.Relay;

/// <summary>What several streams carry and have carried (<see cref="StreamTraffic"/>).</summary>
/// <param name="Active">Streams that are there now.</param>
/// <param name="ActiveDirect">How many of them have a connection of their own between relay and client.</param>
/// <param name="Total">Streams that are or were there.</param>
/// <param name="TotalDirect">How many of them have or had a connection of their own.</param>
/// <param name="OutboundBytes">Bytes that went from their local connections to the other end.</param>
/// <param name="InboundBytes">Bytes that went from the other end to their local connections.</param>
public readonly record struct StreamTotals(
    int Active, int ActiveDirect, long Total, long TotalDirect, long OutboundBytes, long InboundBytes)
{
    internal StreamTotals Plus(IActiveStream stream, int active, long outbound, long inbound)
    {
        int direct = stream is DirectStream ? 1 : 0;
        return new StreamTotals(
            Active + active, ActiveDirect + (active * direct), Total + 1, TotalDirect + direct, OutboundBytes + outbound, InboundBytes + inbound);
    }
}
