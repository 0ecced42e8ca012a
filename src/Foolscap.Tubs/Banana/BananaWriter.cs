using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Foolscap.Tubs.Banana;

/// <summary>
/// Writes banana tokens (<c>foolscap.banana.Banana.sendToken</c>) and counts the OPENs of its connection, which
/// <c>(reference N)</c> refers to. Not thread-safe.
/// </summary>
internal sealed class BananaWriter(OutputBuffer output)
{
    /// <summary>The longest header that this side writes: the digits of a 64-bit number (a PONG repeats its PING).</summary>
    private const int MaxHeaderLength = 10;

    public OutputBuffer Output { get; set; } = output;

    /// <summary>The number of the next OPEN of this connection, in this direction.</summary>
    public long NextOpen { get; set; }

    public long Open(int vocabularyIndex)
    {
        long number = NextOpen++;
        Head((ulong)number, TokenType.Open);
        Head((ulong)vocabularyIndex, TokenType.Vocab);
        return number;
    }

    public void Close(long number) => Head((ulong)number, TokenType.Close);

    public void Ping(ulong number) => Head(number, TokenType.Ping, omitZero: true);

    public void Pong(ulong number) => Head(number, TokenType.Pong, omitZero: true);

    /// <summary>Writes an ERROR token; the connection ends behind it. Foolscap takes 1,000 bytes.</summary>
    public void Error(string reason)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(reason);
        Head((ulong)utf8.Length, TokenType.Error);
        Output.Write(utf8);
    }

    /// <summary>Writes an INT token whatever the size: request ids, counts and clids must not be LONGINT.</summary>
    public void Count(long value) => Head((ulong)value, TokenType.Int);

    public void Integer(long value)
    {
        switch (value)
        {
            case >= 0 and <= int.MaxValue:
                Head((ulong)value, TokenType.Int);
                break;
            case < 0 and >= int.MinValue:
                Head((ulong)-value, TokenType.Neg);
                break;
            default:
                LongInteger(value);
                break;
        }
    }

    public void Integer(BigInteger value)
    {
        if (value >= int.MinValue && value <= int.MaxValue)
        {
            Integer((long)value);
        }
        else
        {
            LongInteger(value);
        }
    }

    public void Float(double value)
    {
        Span<byte> span = Output.GetSpan(9);
        span[0] = (byte)TokenType.Float;
        BinaryPrimitives.WriteDoubleBigEndian(span[1..], value);
        Output.Advance(9);
    }

    /// <summary>Writes a byte string; one that is a word of the vocabulary goes as its number, as Foolscap does it.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        if (Vocabulary.TryGetIndex(bytes, out int index))
        {
            Head((ulong)index, TokenType.Vocab);
        }
        else
        {
            Head((ulong)bytes.Length, TokenType.String);
            Output.Write(bytes);
        }
    }

    /// <inheritdoc cref="Bytes(ReadOnlySpan{byte})"/>
    public void Bytes(in ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsSingleSegment)
        {
            Bytes(bytes.FirstSpan);
        }
        else if (bytes.Length <= 16)
        {
            Span<byte> joined = stackalloc byte[16];
            bytes.CopyTo(joined);
            Bytes(joined[..(int)bytes.Length]);
        }
        else
        {
            Head((ulong)bytes.Length, TokenType.String);
            Output.Write(bytes);
        }
    }

    /// <summary>Writes text as the UTF-8 byte string that it is inside a <c>(unicode)</c> sequence.</summary>
    public void Utf8(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        if (length <= 32)
        {
            Span<byte> bytes = stackalloc byte[32];
            Encoding.UTF8.GetBytes(text, bytes);
            Bytes(bytes[..length]);
        }
        else
        {
            Head((ulong)length, TokenType.String);
            Output.Advance(Encoding.UTF8.GetBytes(text, Output.GetSpan(length)));
        }
    }

    private void LongInteger(BigInteger value)
    {
        BigInteger magnitude = BigInteger.Abs(value);
        int length = magnitude.GetByteCount(isUnsigned: true);
        Head((ulong)length, value.Sign < 0 ? TokenType.LongNeg : TokenType.LongInt);
        magnitude.TryWriteBytes(Output.GetSpan(length), out int written, isUnsigned: true, isBigEndian: true);
        Output.Advance(written);
    }

    private void Head(ulong value, TokenType type, bool omitZero = false)
    {
        Span<byte> span = Output.GetSpan(MaxHeaderLength + 1);
        int length = 0;
        if (value == 0 && !omitZero)
        {
            span[length++] = 0;
        }

        while (value != 0)
        {
            span[length++] = (byte)(value & 0x7F);
            value >>= 7;
        }

        span[length++] = (byte)type;
        Output.Advance(length);
    }
}
