using System.Buffers;
using BenchmarkDotNet.Attributes;
using Foolscap.TestUtilities;
using Foolscap.Tubs;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Connections;

namespace Foolscap.Relay.Benchmarks.Micro;

/// <summary>Bytes to messages.</summary>
public class DecodeBenchmarks
{
    private readonly LastMessage _heard = new();
    private readonly MessageDecoder _decoder;
    private readonly ReadOnlySequence<byte> _write = new(Messages.ToBytes(Messages.Write));
    private readonly ReadOnlySequence<byte> _writeInTwo = InTwo(Messages.ToBytes(Messages.Write));
    private readonly ReadOnlySequence<byte> _answerNone = new(Messages.ToBytes(Messages.AnswerNone));
    private readonly ReadOnlySequence<byte> _answerWindow = new(Messages.ToBytes(Messages.AnswerWindow));
    private readonly ReadOnlySequence<byte> _mixedCall = new(Messages.ToBytes(Messages.MixedCall));

    public DecodeBenchmarks() => _decoder = new MessageDecoder(TubLimits.Default, _heard);

    /// <summary>Everything must arrive as it was sent.</summary>
    [GlobalSetup]
    public void Setup()
    {
        CheckWrite(Write());
        CheckWrite(WriteInTwo());
        Check.That(AnswerNone() == Messages.RequestId && _heard.Answer is null, "an answer None arrives");
        Check.That(AnswerWindow() == Messages.RequestId && _heard.Answer is 262_144L, "an answer with a window arrives");
        Check.That(MixedCall() == Messages.RequestId && _heard.Method == "mixed", "a mixed call arrives");
        IReadOnlyList<object?> arguments = _heard.Call!.Arguments;
        Check.That(arguments[0] is 42L && arguments[1] is "a text with an ä" && arguments[5] is 1.5, "its values arrive");
        byte[] again = Messages.ToBytes(new CallMessage(Messages.RequestId, clid: 1, "mixed", arguments, keywords: null));
        Check.That(again.AsSpan().SequenceEqual(_mixedCall.FirstSpan), "all of its values arrive, because they are the same when they are sent again");
    }

    [Benchmark(Description = "write of 64 KiB")]
    public long Write() => Decode(_write);

    [Benchmark(Description = "write of 64 KiB, in two pieces of memory")]
    public long WriteInTwo() => Decode(_writeInTwo);

    [Benchmark(Description = "answer None")]
    public long AnswerNone() => Decode(_answerNone);

    [Benchmark(Description = "answer with a window")]
    public long AnswerWindow() => Decode(_answerWindow);

    [Benchmark(Description = "mixed call")]
    public long MixedCall() => Decode(_mixedCall);

    private static ReadOnlySequence<byte> InTwo(byte[] bytes) => Segments.SplitAt(bytes, bytes.Length / 2);

    private long Decode(in ReadOnlySequence<byte> message)
    {
        SequencePosition end = _decoder.Decode(message);
        return end.Equals(message.End) ? _heard.RequestId : -1;
    }

    private void CheckWrite(long requestId)
    {
        Check.That(requestId == Messages.RequestId && _heard.Method == RelayProtocol.Write, "a write arrives");
        Check.That(_heard.Data.ToArray().AsSpan().SequenceEqual(Messages.Data), "its bytes arrive");
    }
}
