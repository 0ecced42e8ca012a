using System.Buffers;

namespace Foolscap.Relay;

/// <summary>
/// Sees what a relayed stream carries: for counters, or to look at it. What it sees is TLS between two other Tubs.
/// </summary>
/// <remarks>Called on the way of the bytes, by several threads, one at a time for each direction: it must not block.</remarks>
public interface IRelayedStreamObserver
{
    /// <summary>Bytes are about to be passed on.</summary>
    /// <param name="direction">The direction.</param>
    /// <param name="data">The bytes; they are gone when this method returns.</param>
    void OnData(StreamDirection direction, in ReadOnlySequence<byte> data);
}
