using System.Buffers;

namespace Foolscap.TestUtilities;

/// <summary>Cuts bytes into pieces of memory, in all the ways in which pipes do.</summary>
public static class Segments
{
    /// <summary>The bytes in one segment that is part of a larger array, with other bytes around.</summary>
    public static ReadOnlySequence<byte> InLargerArray(ReadOnlySpan<byte> bytes)
    {
        byte[] larger = new byte[bytes.Length + 32];
        Array.Fill(larger, (byte)0xA5);
        bytes.CopyTo(larger.AsSpan(16));
        return new ReadOnlySequence<byte>(larger, 16, bytes.Length);
    }

    /// <summary>The bytes in segments of one byte, with empty segments between them.</summary>
    public static ReadOnlySequence<byte> ByteByByte(ReadOnlySpan<byte> bytes)
    {
        Segment first = new(ReadOnlyMemory<byte>.Empty, 0);
        Segment last = first;
        foreach (byte value in bytes)
        {
            last = last.Append(new[] { value }).Append(ReadOnlyMemory<byte>.Empty);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    /// <summary>The bytes in two segments, cut at a position.</summary>
    public static ReadOnlySequence<byte> SplitAt(ReadOnlySpan<byte> bytes, int position)
    {
        Segment first = new(bytes[..position].ToArray(), 0);
        Segment last = first.Append(bytes[position..].ToArray());
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    /// <summary>All forms: whole, in a larger array, byte by byte, and in two segments cut at every position.</summary>
    public static IEnumerable<ReadOnlySequence<byte>> All(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        yield return new ReadOnlySequence<byte>(bytes);
        yield return InLargerArray(bytes);
        yield return ByteByByte(bytes);
        for (int position = 0; position <= bytes.Length; position++)
        {
            yield return SplitAt(bytes, position);
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            Segment next = new(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
