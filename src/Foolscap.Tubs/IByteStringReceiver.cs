using System.Buffers;

namespace Foolscap.Tubs;

/// <summary>
/// An object that takes calls with one byte string as their only argument straight from the connection's buffer,
/// without a copy or an allocation: the receiving end of a relayed stream, say.
/// </summary>
/// <remarks>
/// All calls of such an object, those of <see cref="IReferenceable.CallAsync"/> too, run on the reader of their
/// connection, in order. They must not block, or every other call on the connection waits.
/// </remarks>
public interface IByteStringReceiver : IReferenceable
{
    /// <summary>Takes one call.</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="data">The byte string. It is gone when this method returns.</param>
    /// <param name="answer">Where the answer goes, now or later, exactly once.</param>
    /// <remarks>An exception becomes the error answer; then <paramref name="answer"/> must not have been used.</remarks>
    void Receive(string method, in ReadOnlySequence<byte> data, PendingAnswer answer);
}
