using System.Net;
using Foolscap.Furls;

namespace Foolscap.Relay.Server;

/// <summary>A Tub that wants to register.</summary>
/// <param name="TubId">Its TubID, which its certificate has proven.</param>
/// <param name="Address">Where it connects from, if that has an address.</param>
public sealed record RegistrationRequest(TubId TubId, EndPoint? Address);
