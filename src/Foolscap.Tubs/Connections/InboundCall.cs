namespace Foolscap.Tubs.Connections;

/// <summary>One call of the peer, from its arrival to its answer.</summary>
/// <param name="RequestId">The number to answer to; 0 if no answer is wanted.</param>
/// <param name="Target">The object that is called.</param>
/// <param name="Call">The method and its arguments.</param>
/// <param name="Cost">What it makes this side hold, in bytes.</param>
internal readonly record struct InboundCall(long RequestId, IReferenceable Target, RemoteCall Call, long Cost)
{
    /// <summary>Whether it waits for its turn, and not runs on the reader.</summary>
    public bool IsQueued => Target is not (IByteStringReceiver or BrokerObject);
}
