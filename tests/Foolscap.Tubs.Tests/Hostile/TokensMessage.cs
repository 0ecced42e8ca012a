using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Connections;

namespace Foolscap.Tubs.Tests.Hostile;

/// <summary>Tokens that a test writes itself, as a peer may that does not use this library.</summary>
internal readonly struct TokensMessage(Action<BananaWriter> write) : IOutboundMessage
{
    public void Encode(BananaWriter writer, ValueEncoder values) => write(writer);
}

internal static class RawCalls
{
    /// <summary>Calls a method with one argument that is written token by token.</summary>
    public static Task<object?> CallRawAsync(this RemoteReference target, string method, Action<BananaWriter> writeArgument)
    {
        PendingCall call = new();
        long requestId = target.Connection.PendingCalls.Add(call, tag: 0);
        target.Connection.Outbox.Post(new TokensMessage(writer =>
        {
            long sequence = writer.Open(Vocabulary.Call);
            writer.Count(requestId);
            writer.Count(target.Clid);
            writer.Utf8(method);
            long arguments = writer.Open(Vocabulary.Arguments);
            writer.Count(1);
            writeArgument(writer);
            writer.Close(arguments);
            writer.Close(sequence);
        }));
        return call.Answer;
    }
}
