using System.Net;
using Foolscap.Furls;

namespace Foolscap.Relay.Server;

/// <summary>A caller who wants to be connected to a registered Tub. Who he is shows only inside of TLS, to the Tub.</summary>
/// <param name="TubId">The Tub.</param>
/// <param name="CallerAddress">Where the caller connects from, if that has an address.</param>
public sealed record StreamRequest(TubId TubId, EndPoint? CallerAddress);
