namespace Foolscap.Relay.Server.Interception;

/// <summary>A caller's connection is not relayed; the message is for the caller to read.</summary>
internal sealed class RefusedConnectionException(string reason) : Exception(reason);
