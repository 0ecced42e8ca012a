namespace Foolscap.Relay.Soak.Streams;

/// <summary>A connection did not end as planned.</summary>
internal sealed class StreamFaultException(StreamFault fault, string message) : Exception(message)
{
    public StreamFault Fault => fault;
}
