using System.Buffers;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Connections;

/// <summary><c>(call reqID clid method (arguments N ...))</c>; request 0 wants no answer.</summary>
internal readonly struct CallMessage(
    long requestId, long clid, string method, IReadOnlyList<object?> arguments, IReadOnlyDictionary<string, object?>? keywords)
    : IOutboundMessage
{
    public void Encode(BananaWriter writer, ValueEncoder values)
    {
        long call = writer.Open(Vocabulary.Call);
        writer.Count(requestId);
        writer.Integer(clid);
        writer.Utf8(method);
        long sequence = writer.Open(Vocabulary.Arguments);
        writer.Count(arguments.Count);
        foreach (object? argument in arguments)
        {
            values.Encode(argument);
        }

        if (keywords is not null)
        {
            foreach ((string keyword, object? value) in keywords.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                writer.Utf8(keyword);
                values.Encode(value);
            }
        }

        writer.Close(sequence);
        writer.Close(call);
    }
}

/// <summary>A call whose only argument is a byte string.</summary>
internal readonly struct BytesCallMessage(long requestId, long clid, byte[] method, ReadOnlySequence<byte> data) : IOutboundMessage
{
    public void Encode(BananaWriter writer, ValueEncoder values)
    {
        long call = writer.Open(Vocabulary.Call);
        writer.Count(requestId);
        writer.Integer(clid);
        writer.Bytes(method);
        long arguments = writer.Open(Vocabulary.Arguments);
        writer.Count(1);
        writer.Bytes(data);
        writer.Close(arguments);
        writer.Close(call);
    }
}

/// <summary><c>(answer reqID value)</c></summary>
internal readonly struct AnswerMessage(long requestId, object? value) : IOutboundMessage
{
    public void Encode(BananaWriter writer, ValueEncoder values)
    {
        long answer = writer.Open(Vocabulary.Answer);
        writer.Count(requestId);
        values.Encode(value);
        writer.Close(answer);
    }
}

/// <summary>An answer that is an integer, without boxing it.</summary>
internal readonly struct IntegerAnswerMessage(long requestId, long value) : IOutboundMessage
{
    public void Encode(BananaWriter writer, ValueEncoder values)
    {
        long answer = writer.Open(Vocabulary.Answer);
        writer.Count(requestId);
        writer.Integer(value);
        writer.Close(answer);
    }
}

/// <summary><c>(error reqID (copyable ...))</c></summary>
internal readonly struct ErrorMessage(long requestId, Exception exception, bool withTraceback) : IOutboundMessage
{
    public void Encode(BananaWriter writer, ValueEncoder values) =>
        RemoteFailure.Encode(writer, requestId, exception, withTraceback);
}

/// <summary>PING, or the PONG that repeats its number.</summary>
internal readonly struct PingMessage(ulong number, bool isPong) : IOutboundMessage
{
    public void Encode(BananaWriter writer, ValueEncoder values)
    {
        if (isPong)
        {
            writer.Pong(number);
        }
        else
        {
            writer.Ping(number);
        }
    }
}

/// <summary>ERROR: why this side is about to drop the connection.</summary>
internal readonly struct PeerErrorMessage(string reason) : IOutboundMessage
{
    public void Encode(BananaWriter writer, ValueEncoder values) => writer.Error(Excerpt.Of(reason));
}

/// <summary>Bytes in front of the token stream: the decision.</summary>
internal readonly struct RawMessage(byte[] bytes) : IOutboundMessage
{
    public void Encode(BananaWriter writer, ValueEncoder values) => writer.Output.Write(bytes);
}
