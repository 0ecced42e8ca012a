namespace Foolscap.Tubs.Transports;

/// <summary>Takes bytes in pieces, and sends them when they are many or all there. One call at a time.</summary>
internal interface IGatheringWriter
{
    /// <summary>Takes a piece; it has been copied, or sent, when the task completes.</summary>
    /// <exception cref="IOException">The connection is lost.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Sends what has gathered; the transport has taken it when the task completes.</summary>
    /// <exception cref="IOException">The connection is lost.</exception>
    ValueTask FlushAsync();
}
