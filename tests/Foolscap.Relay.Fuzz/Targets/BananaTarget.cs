using System.Buffers;
using Foolscap.Relay.Fuzz.Engine;
using Foolscap.Relay.Fuzz.Mutation;
using Foolscap.TestUtilities;
using Foolscap.Tubs;
using Foolscap.Tubs.Banana;

namespace Foolscap.Relay.Fuzz.Targets;

/// <summary>The decoder alone: each input in one piece and in two other ways, which must come to the same.</summary>
internal sealed class BananaTarget : FuzzTarget
{
    /// <summary>
    /// Two bytes can be a sequence of their own, for which there is a frame, a container and its place in two tables. The
    /// largest single value is as large as the limits let it be.
    /// </summary>
    private const int AllocationFactor = 400;
    private const int AllocationBase = 128 * 1024;

    public static readonly TubLimits Limits = new()
    {
        MaxStringBytes = 1000,
        MaxIntegerBytes = 100,
        MaxMessageBytes = 4000,
        MaxMessageTokens = 1000,
        MaxDepth = 20,
        MaxReferences = 50,
    };

    public override string Name => "banana";

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. SessionSeeds.Messages, .. ValueSeeds.All];

    public override IMutator Mutator { get; } = new AnyMutator(new BananaMutator(), new BananaMutator(), new ByteMutator());

    public override Task RunAsync(byte[] input)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Decode(new DecoderProbe(records: false), new ReadOnlySequence<byte>(input));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        long limit = AllocationBase + ((long)AllocationFactor * input.Length);
        if (allocated > limit)
        {
            throw new FuzzFailureException(FailureKind.Allocation, $"{allocated} bytes were allocated; {limit} are the limit.");
        }

        string whole = Outcome(new ReadOnlySequence<byte>(input));
        int cut = input.Length == 0 ? 0 : (input[^1] * 131) % input.Length;
        Compare(whole, Outcome(new ReadOnlySequence<byte>(input, 0, cut), Segments.InLargerArray(input.AsSpan(cut))), $"cut at {cut}");
        if (input.Length <= 600)
        {
            Compare(whole, Outcome(Segments.ByteByByte(input)), "in segments of one byte");
            Compare(whole, Outcome([.. input.Select(value => new ReadOnlySequence<byte>([value]))]), "byte by byte");
        }

        return Task.CompletedTask;
    }

    private static void Compare(string whole, string cut, string how)
    {
        if (whole != cut)
        {
            throw new FuzzFailureException(FailureKind.Fault, $"The outcome depends on the segmentation ({how}).\nwhole: {whole}\ncut:   {cut}");
        }
    }

    private static string Outcome(params ReadOnlySpan<ReadOnlySequence<byte>> pieces)
    {
        DecoderProbe probe = new(records: true);
        Decode(probe, pieces);
        return probe.Text;
    }

    /// <summary>Feeds pieces as a connection does: what was not taken comes again, with the next piece behind it.</summary>
    private static void Decode(DecoderProbe probe, params ReadOnlySpan<ReadOnlySequence<byte>> pieces)
    {
        MessageDecoder decoder = new(Limits, probe);
        byte[] rest = [];
        try
        {
            foreach (ReadOnlySequence<byte> piece in pieces)
            {
                ReadOnlySequence<byte> input = rest.Length == 0 ? piece : Segments.SplitAt([.. rest, .. piece.ToArray()], rest.Length);
                SequencePosition end = decoder.Decode(input);
                rest = pieces.Length == 1 ? [] : input.Slice(end).ToArray();
            }
        }
        catch (BananaException exception)
        {
            probe.End(exception);
        }
    }
}
