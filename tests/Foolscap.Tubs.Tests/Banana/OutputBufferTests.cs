using Foolscap.TestUtilities;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Tests.Banana;

/// <summary>The bytes that a buffer of pieces holds are those of one long array, whatever is done to it.</summary>
internal sealed class OutputBufferTests
{
    private const int Piece = OutputBuffer.SegmentSize;

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(Piece - 1)]
    [TestCase(Piece)]
    [TestCase(Piece + 1)]
    [TestCase((3 * Piece) + 17)]
    public void Write_AnyLength_IsThere(int length)
    {
        byte[] bytes = Pattern(length);
        OutputBuffer whole = new();
        whole.Write(bytes);
        OutputBuffer cut = new();
        cut.Write(Segments.SplitAt(bytes, length / 3));

        Assert.That(whole.ToArray(), Is.EqualTo(bytes));
        Assert.That(cut.ToArray(), Is.EqualTo(bytes));
        Assert.That(whole.Length, Is.EqualTo(length));
    }

    [Test]
    public void GetSpan_MoreThanThePieceHasLeft_LeavesNoGap([Values(1, 11, Piece, 5 * Piece)] int hint)
    {
        OutputBuffer buffer = new();
        buffer.Write(Pattern(Piece - 5));
        Span<byte> room = buffer.GetSpan(hint);
        Assert.That(room.Length, Is.GreaterThanOrEqualTo(hint));
        room[0] = 0xEE;
        buffer.Advance(1);
        buffer.Write(Pattern(100));

        Assert.That(buffer.ToArray(), Is.EqualTo((byte[])[.. Pattern(Piece - 5), 0xEE, .. Pattern(100)]));
    }

    [Test]
    public void GetSpan_AskedForAndNotUsed_ChangesNothing()
    {
        OutputBuffer buffer = new();
        _ = buffer.GetSpan(10);
        _ = buffer.GetSpan(5 * Piece);
        Assert.That((buffer.Length, buffer.ToArray().Length), Is.EqualTo((0, 0)));
        buffer.Write(Pattern(10));

        Assert.That(buffer.ToArray(), Is.EqualTo(Pattern(10)));
        Assert.That(buffer.SegmentCount, Is.EqualTo(1));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(Piece)]
    [TestCase(Piece + 1)]
    [TestCase(3 * Piece)]
    public void Truncate_AnyLength_KeepsTheStartAndGoesOn(int length)
    {
        OutputBuffer buffer = new();
        byte[] bytes = Pattern(3 * Piece);
        buffer.Write(bytes);
        buffer.Truncate(length);
        Assert.That(buffer.ToArray(), Is.EqualTo(bytes[..length]));
        buffer.Write(Pattern(50));

        Assert.That(buffer.ToArray(), Is.EqualTo((byte[])[.. bytes[..length], .. Pattern(50)]));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(Piece)]
    [TestCase(Piece + 1)]
    [TestCase((3 * Piece) - 1)]
    [TestCase(3 * Piece)]
    public void MoveStart_AnyLength_CutsInTwo(int length)
    {
        OutputBuffer buffer = new();
        OutputBuffer target = new();
        byte[] bytes = Pattern(3 * Piece);
        buffer.Write(bytes);
        target.Write([7, 7]);
        buffer.MoveStart(target, length);
        buffer.Write([8]);

        Assert.That(target.ToArray(), Is.EqualTo((byte[])[7, 7, .. bytes[..length]]));
        Assert.That(buffer.ToArray(), Is.EqualTo((byte[])[.. bytes[length..], 8]));
        Assert.That((buffer.Length, target.Length), Is.EqualTo((bytes.Length - length + 1, length + 2)));
    }

    [Test]
    public void Reset_FullBuffer_HoldsNothing()
    {
        OutputBuffer buffer = new();
        buffer.Write(Pattern(3 * Piece));
        buffer.Reset();
        Assert.That((buffer.Length, buffer.SegmentCount), Is.EqualTo((0, 0)));
        buffer.Write([1, 2, 3]);

        Assert.That(buffer.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    private static byte[] Pattern(int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)(i % 251);
        }

        return bytes;
    }
}
