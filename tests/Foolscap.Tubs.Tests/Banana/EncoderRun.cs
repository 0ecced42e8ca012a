using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Connections;
using Moq;

namespace Foolscap.Tubs.Tests.Banana;

/// <summary>The sending half of a connection without the connection: messages in, bytes out.</summary>
internal sealed class EncoderRun
{
    private readonly OutputBuffer _output = new();

    public EncoderRun(long nextOpen = 0)
    {
        Writer = new BananaWriter(_output) { NextOpen = nextOpen };
        Values = new ValueEncoder(Writer, Exporter.Object);
    }

    public Mock<IReferenceExporter> Exporter { get; } = new();

    public BananaWriter Writer { get; }

    public ValueEncoder Values { get; }

    public byte[] Encode(IOutboundMessage message)
    {
        _output.Truncate(0);
        Values.BeginMessage();
        message.Encode(Writer, Values);
        return _output.ToArray();
    }

    public byte[] Answer(object? value, long requestId = 1) => Encode(new AnswerMessage(requestId, value));
}
