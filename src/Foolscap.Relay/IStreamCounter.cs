namespace Foolscap.Relay;

/// <summary>
/// Counts what streams carry, without a look at it: a stream that nobody looks at may pass its bytes on without having
/// them. Must be thread-safe, and must not block.
/// </summary>
public interface IStreamCounter
{
    /// <summary>Bytes have been passed on.</summary>
    /// <param name="direction">The direction.</param>
    /// <param name="count">How many.</param>
    void OnBytes(StreamDirection direction, long count);
}
