using System.Buffers;
using System.Numerics;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Tests.Banana;

internal sealed class TokenHeadTests
{
    private static readonly byte[] KnownTypes = [0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8D, 0x8E, 0x8F];

    [TestCase("81", 0UL)]
    [TestCase("0081", 0UL)]
    [TestCase("7f81", 127UL)]
    [TestCase("000181", 128UL)]
    [TestCase("7f7f7f7f0781", 2147483647UL)]
    [TestCase("00000000000000000081", 0UL)]
    [TestCase("7f7f7f7f7f7f7f7f7f81", 0x7FFFFFFFFFFFFFFFUL)]
    [TestCase("7f7f7f7f7f7f7f7f7f0181", ulong.MaxValue)]
    public void TryRead_EveryShapeOfInput_ReadsTheNumber(string hex, ulong expected)
    {
        foreach (ReadOnlySequence<byte> input in Segments.All(Convert.FromHexString(hex)))
        {
            SequenceReader<byte> reader = new(input);

            bool complete = TokenHead.TryRead(ref reader, out TokenHead head);

            Assert.That((complete, head.Type, head.Value, head.IsBig, reader.End), Is.EqualTo((true, TokenType.Int, expected, false, true)));
        }
    }

    [Test]
    public void TryRead_EveryPrefix_IsIncompleteAndTakesNothing()
    {
        byte[] head = Convert.FromHexString("7f7f7f7f7f7f7f7f7f7f7f0182");
        for (int length = 0; length < head.Length; length++)
        {
            SequenceReader<byte> reader = new(Segments.ByteByByte(head.AsSpan(0, length)));

            bool complete = TokenHead.TryRead(ref reader, out _);

            Assert.That((complete, reader.Consumed), Is.EqualTo((false, 0L)), $"{length} bytes");
        }
    }

    [Test]
    public void TryRead_NumberBeyond64Bits_IsBig()
    {
        byte[] digits = [.. Enumerable.Repeat((byte)0x7F, 11), 0x81];
        SequenceReader<byte> reader = new(Segments.ByteByByte(digits));

        Assert.That(TokenHead.TryRead(ref reader, out TokenHead head), Is.True);
        Assert.That((head.IsBig, head.Big), Is.EqualTo((true, (BigInteger.One << 77) - 1)));
    }

    [Test]
    public void TryRead_HeaderOf64Bytes_Passes()
    {
        byte[] longest = [5, .. new byte[63], 0x81];
        SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(longest));

        Assert.That(TokenHead.TryRead(ref reader, out TokenHead head), Is.True);
        Assert.That((head.IsBig, head.Value), Is.EqualTo((false, 5UL)));
    }

    [Test]
    public void TryRead_HeaderOf65Bytes_EndsTheConnectionWithoutTheType()
    {
        Assert.That(
            () =>
            {
                SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(new byte[65]));
                TokenHead.TryRead(ref reader, out _);
            },
            Throws.TypeOf<BananaException>().With.Message.Contains("64"));
    }

    [Test]
    public void TryRead_EveryTypeByte_IsKnownOrEndsTheConnection()
    {
        for (int type = 0x80; type <= 0xFF; type++)
        {
            ReadOnlySequence<byte> input = new([1, (byte)type]);
            if (KnownTypes.Contains((byte)type))
            {
                SequenceReader<byte> reader = new(input);
                Assert.That(TokenHead.TryRead(ref reader, out TokenHead head) ? (int)head.Type : -1, Is.EqualTo(type));
            }
            else
            {
                Assert.That(
                    () =>
                    {
                        SequenceReader<byte> reader = new(input);
                        TokenHead.TryRead(ref reader, out _);
                    },
                    Throws.TypeOf<BananaException>(),
                    $"type byte {type:x2}");
            }
        }
    }
}
