using System.Buffers;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Connections;

namespace Foolscap.Relay.Benchmarks.Micro;

/// <summary>The messages that are measured, and the two ends of their encoding. Not thread-safe.</summary>
internal sealed class Messages : IReferenceExporter
{
    /// <summary>An object that takes byte strings.</summary>
    public const int SinkClid = 7;

    public const int RequestId = 1000;

    private readonly OutputBuffer _output = new();
    private readonly BananaWriter _writer;
    private readonly ValueEncoder _values;

    public Messages()
    {
        _writer = new BananaWriter(_output);
        _values = new ValueEncoder(_writer, this);
    }

    /// <summary>The longest that a <c>write</c> carries.</summary>
    public static byte[] Data { get; } = BytePattern.Make(RelayProtocol.MaxWriteSize, seed: 1);

    public static BytesCallMessage Write { get; } = new(RequestId, SinkClid, "write"u8.ToArray(), new ReadOnlySequence<byte>(Data));

    public static AnswerMessage AnswerNone { get; } = new(RequestId, null);

    public static IntegerAnswerMessage AnswerWindow { get; } = new(RequestId, 262_144);

    /// <summary>A call as applications make them.</summary>
    public static IReadOnlyList<object?> MixedArguments { get; } =
    [
        42L,
        "a text with an ä",
        new byte[100],
        true,
        null,
        1.5,
        new List<object?> { 1L, 2L, "three" },
        new Dictionary<object, object?> { ["key"] = "value", ["another"] = 5_000_000_000L },
    ];

    public static CallMessage MixedCall { get; } = new(RequestId, clid: 1, "mixed", MixedArguments, keywords: null);

    /// <summary>Encodes one message, in place of the one before.</summary>
    /// <returns>Its length.</returns>
    public int Encode<TMessage>(in TMessage message)
        where TMessage : struct, IOutboundMessage
    {
        _output.Truncate(0);
        _writer.NextOpen = 0;
        _values.BeginMessage();
        message.Encode(_writer, _values);
        return _output.Length;
    }

    /// <summary>The bytes of one message.</summary>
    public static byte[] ToBytes<TMessage>(in TMessage message)
        where TMessage : struct, IOutboundMessage
    {
        Messages messages = new();
        messages.Encode(message);
        return messages._output.ToArray();
    }

    void IReferenceExporter.BeginMessage()
    {
    }

    void IReferenceExporter.Rollback()
    {
    }

    ExportedReference IReferenceExporter.Export(Tubs.IReferenceable local) => throw new NotSupportedException();

    long IReferenceExporter.GetClid(Tubs.RemoteReference remote) => throw new NotSupportedException();
}
