using System.Buffers;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Tests.Banana;

/// <summary>Feeds a decoder as a connection does: what it did not take comes again, with more behind it.</summary>
internal sealed class DecoderRun
{
    private readonly MessageDecoder _decoder;
    private byte[] _rest = [];

    public DecoderRun(TubLimits? limits = null, RecordingHandler? handler = null, HeldBytes? held = null)
    {
        Handler = handler ?? new RecordingHandler();
        _decoder = new MessageDecoder(limits ?? TubLimits.Default, Handler, held);
    }

    public RecordingHandler Handler { get; }

    public List<string> Events => Handler.Events;

    /// <summary>How many bytes the decoder left because a token was not complete.</summary>
    public int LeftOver => _rest.Length;

    /// <summary>What comes of one piece of input, by a decoder of its own.</summary>
    public static List<string> Decode(byte[] input, TubLimits? limits = null) => new DecoderRun(limits).Feed(input).Events;

    /// <summary>What comes of one message given as text.</summary>
    public static List<string> Decode(string wire, TubLimits? limits = null) => Decode(Wire.Bytes(wire), limits);

    public DecoderRun Feed(string wire) => Feed(Wire.Bytes(wire));

    public DecoderRun Feed(ReadOnlySpan<byte> bytes)
    {
        byte[] all = [.. _rest, .. bytes];
        ReadOnlySequence<byte> input = _rest.Length > 0 ? Segments.SplitAt(all, _rest.Length) : Segments.InLargerArray(all);
        SequencePosition consumed = _decoder.Decode(input);
        _rest = input.Slice(consumed).ToArray();
        return this;
    }

    /// <summary>Feeds input, and records what ends the connection instead of throwing it.</summary>
    public DecoderRun FeedToTheEnd(params ReadOnlySpan<byte[]> pieces)
    {
        try
        {
            foreach (byte[] piece in pieces)
            {
                Feed(piece);
            }
        }
        catch (BananaException exception)
        {
            Events.Add($"ended: {exception.Message}");
        }

        return this;
    }
}
