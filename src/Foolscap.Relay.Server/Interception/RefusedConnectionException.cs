namespace Foolscap.Relay.Server.Interception;

/// <summary>A caller's connection is not relayed; the message is for the caller to read.</summary>
internal sealed class RefusedConnectionException(RelayRefusal reason, string message) : Exception(message)
{
    public RelayRefusal Reason { get; } = reason;

    public int Status => Reason is RelayRefusal.TubGone or RelayRefusal.UnknownToken ? 404 : 503;
}
