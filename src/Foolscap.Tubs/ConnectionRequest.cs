namespace Foolscap.Tubs;

/// <summary>
/// A connection whose request header has been read and found to be good, and which names a Tub that the listener does
/// not have. Nothing has been sent, and every byte is still there to be read from <see cref="Connection"/>.
/// </summary>
/// <param name="TubId">What the request names, as text: not more than a claim, and not always a TubID.</param>
/// <param name="Connection">The connection, from the <c>G</c> of <c>GET</c> on.</param>
public sealed record ConnectionRequest(string TubId, TransportConnection Connection);
