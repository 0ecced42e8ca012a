using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Interception;

/// <summary>How a Tub has taken a connection: one of the two.</summary>
/// <param name="Handler">What the relay writes to.</param>
/// <param name="Direct">The connection that the Tub has opened for it.</param>
internal sealed record AcceptAnswer(RemoteReference? Handler, TransportConnection? Direct);
