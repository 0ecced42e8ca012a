using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Connections;

/// <summary>A message that can be written; a struct, so that sending one allocates nothing.</summary>
internal interface IOutboundMessage
{
    /// <summary>Writes the message. It runs under the outbox's lock.</summary>
    /// <exception cref="ViolationException">It cannot be sent; what was written is taken back.</exception>
    void Encode(BananaWriter writer, ValueEncoder values);
}
