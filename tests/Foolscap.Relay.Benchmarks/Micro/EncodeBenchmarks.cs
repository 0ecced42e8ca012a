using BenchmarkDotNet.Attributes;

namespace Foolscap.Relay.Benchmarks.Micro;

/// <summary>Messages to bytes.</summary>
public class EncodeBenchmarks
{
    private readonly Messages _messages = new();

    /// <summary>What is encoded must be decoded again as it was: that is what the decoder's benchmarks check.</summary>
    [GlobalSetup]
    public void Setup()
    {
        Check.That(Write() > Messages.Data.Length && Messages.ToBytes(Messages.Write).AsSpan().IndexOf(Messages.Data) > 0, "the bytes of a write stand in its message");
        new DecodeBenchmarks().Setup();
    }

    [Benchmark(Description = "write of 64 KiB")]
    public int Write() => _messages.Encode(Messages.Write);

    [Benchmark(Description = "answer None")]
    public int AnswerNone() => _messages.Encode(Messages.AnswerNone);

    [Benchmark(Description = "answer with a window")]
    public int AnswerWindow() => _messages.Encode(Messages.AnswerWindow);

    [Benchmark(Description = "mixed call")]
    public int MixedCall() => _messages.Encode(Messages.MixedCall);
}
