using System.Buffers;
using System.Numerics;

namespace Foolscap.Tubs.Banana;

/// <summary>
/// What stands before a token's body: the header, a number in base 128 with the lowest digit first, and the type byte.
/// <code>
/// 00..7f * 0..64   80..8f   body (STRING, ERROR, LONGINT, LONGNEG: header bytes; FLOAT: 8 bytes)
/// </code>
/// </summary>
internal readonly struct TokenHead
{
    /// <summary>The longest header that Foolscap takes, in bytes.</summary>
    public const int MaxHeaderLength = 64;

    private TokenHead(TokenType type, ulong value, BigInteger big, bool isBig)
    {
        Type = type;
        Value = value;
        Big = big;
        IsBig = isBig;
    }

    public TokenType Type { get; }

    /// <summary>The header's number, where it fits.</summary>
    public ulong Value { get; }

    /// <summary>The header's number, where it is too large for <see cref="Value"/>.</summary>
    public BigInteger Big { get; }

    public bool IsBig { get; }

    /// <summary>The length of the body, if this type has one that the header tells.</summary>
    public bool HasLength => Type is TokenType.String or TokenType.Error or TokenType.LongInt or TokenType.LongNeg;

    /// <summary>Reads a head, and advances the reader if it is complete.</summary>
    /// <exception cref="BananaException">The header is too long, or the type byte unknown.</exception>
    public static bool TryRead(ref SequenceReader<byte> reader, out TokenHead head)
    {
        SequenceReader<byte> ahead = reader;
        ulong value = 0;
        int shift = 0;
        while (ahead.TryRead(out byte next))
        {
            if (next >= 0x80)
            {
                head = shift <= 63
                    ? new TokenHead(CheckType(next), value, default, isBig: false)
                    : ReadBig(reader.UnreadSequence, CheckType(next), shift / 7);
                reader = ahead;
                return true;
            }

            if (shift == MaxHeaderLength * 7)
            {
                throw new BananaException($"A token's header is longer than {MaxHeaderLength} bytes.");
            }

            if (shift < 63)
            {
                value |= (ulong)next << shift;
            }

            shift += 7;
        }

        head = default;
        return false;
    }

    private static TokenHead ReadBig(ReadOnlySequence<byte> input, TokenType type, int digits)
    {
        BigInteger big = BigInteger.Zero;
        int shift = 0;
        foreach (ReadOnlyMemory<byte> segment in input.Slice(0, digits))
        {
            foreach (byte digit in segment.Span)
            {
                big |= (BigInteger)digit << shift;
                shift += 7;
            }
        }

        return big <= ulong.MaxValue
            ? new TokenHead(type, (ulong)big, default, isBig: false)
            : new TokenHead(type, ulong.MaxValue, big, isBig: true);
    }

    private static TokenType CheckType(byte type) => (TokenType)type switch
    {
        TokenType.List => throw new BananaException("The peer speaks the older banana (a LIST token)."),
        TokenType.Int or TokenType.String or TokenType.Neg or TokenType.Float or TokenType.LongInt or TokenType.LongNeg
            or TokenType.Vocab or TokenType.Open or TokenType.Close or TokenType.Abort or TokenType.Error or TokenType.Ping
            or TokenType.Pong => (TokenType)type,
        _ => throw new BananaException($"Invalid type byte 0x{type:x2}."),
    };
}
