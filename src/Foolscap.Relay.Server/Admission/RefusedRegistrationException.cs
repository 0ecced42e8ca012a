namespace Foolscap.Relay.Server.Admission;

/// <summary>A Tub may not register; the message is for it to read.</summary>
internal sealed class RefusedRegistrationException(RelayRefusal reason, string message) : Exception(message)
{
    public RelayRefusal Reason { get; } = reason;
}
