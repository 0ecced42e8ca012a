using System.Buffers;

namespace Foolscap.Tubs.Banana;

/// <summary>
/// Bytes on their way out: grows, can be cut back when a message turns out not to be sendable, and holds pooled memory
/// only while it holds bytes. Not thread-safe; its owner guards it.
/// </summary>
internal sealed class OutputBuffer : IBufferWriter<byte>
{
    /// <summary>Two full TLS records, and well below what the collector takes for a large object, which it does not move.</summary>
    public const int SegmentSize = 32 * 1024;

    private Segment[] _segments = new Segment[4];

    public int Length { get; private set; }

    /// <summary>In how many pieces the bytes lie.</summary>
    public int SegmentCount { get; private set; }

    /// <summary>One of the pieces; none is empty, but for the last one.</summary>
    public ReadOnlyMemory<byte> this[int segment] => _segments[segment].Written;

    public void Advance(int count)
    {
        _segments[SegmentCount - 1].End += count;
        Length += count;
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        int needed = Math.Max(sizeHint, 1);
        if (SegmentCount == 0 || _segments[SegmentCount - 1].Free < needed)
        {
            AddSegment(needed);
        }

        ref Segment last = ref _segments[SegmentCount - 1];
        return last.Array.AsMemory(last.End);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        _ = checked(Length + bytes.Length);
        while (!bytes.IsEmpty)
        {
            Span<byte> room = GetSpan();
            int count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            Advance(count);
            bytes = bytes[count..];
        }
    }

    public void Write(in ReadOnlySequence<byte> bytes)
    {
        foreach (ReadOnlyMemory<byte> part in bytes)
        {
            Write(part.Span);
        }
    }

    /// <summary>Forgets all bytes behind a length that the buffer had before.</summary>
    public void Truncate(int length)
    {
        while (Length > length)
        {
            ref Segment last = ref _segments[SegmentCount - 1];
            int surplus = Math.Min(last.End - last.Start, Length - length);
            last.End -= surplus;
            Length -= surplus;
            if (last.End == last.Start)
            {
                RemoveLastSegment();
            }
        }
    }

    /// <summary>Moves the first bytes behind those of another buffer.</summary>
    public void MoveStart(OutputBuffer target, int count)
    {
        Length -= count;
        int emptied = 0;
        while (count > 0)
        {
            ref Segment first = ref _segments[emptied];
            int moved = Math.Min(first.End - first.Start, count);
            target.Write(first.Array.AsSpan(first.Start, moved));
            first.Start += moved;
            count -= moved;
            if (first.Start == first.End)
            {
                ArrayPool<byte>.Shared.Return(first.Array);
                emptied++;
            }
        }

        SegmentCount -= emptied;
        Array.Copy(_segments, emptied, _segments, 0, SegmentCount);
        Array.Clear(_segments, SegmentCount, emptied);
    }

    /// <summary>A copy of all bytes.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Length];
        Span<byte> rest = bytes;
        for (int i = 0; i < SegmentCount; i++)
        {
            this[i].Span.CopyTo(rest);
            rest = rest[this[i].Length..];
        }

        return bytes;
    }

    /// <summary>Forgets all bytes and gives the memory back.</summary>
    public void Reset()
    {
        Length = 0;
        while (SegmentCount > 0)
        {
            RemoveLastSegment();
        }
    }

    private struct Segment
    {
        public byte[] Array;
        public int Start;
        public int End;

        public readonly int Free => Array.Length - End;

        public readonly ReadOnlyMemory<byte> Written => Array.AsMemory(Start, End - Start);
    }

    private void AddSegment(int needed)
    {
        if (SegmentCount > 0 && _segments[SegmentCount - 1].Written.IsEmpty)
        {
            RemoveLastSegment(); // Rented for something that was not written, or was shorter.
        }

        if (SegmentCount == _segments.Length)
        {
            Array.Resize(ref _segments, 2 * SegmentCount);
        }

        _segments[SegmentCount++] = new Segment { Array = ArrayPool<byte>.Shared.Rent(Math.Max(SegmentSize, needed)) };
    }

    private void RemoveLastSegment()
    {
        ArrayPool<byte>.Shared.Return(_segments[--SegmentCount].Array);
        _segments[SegmentCount] = default;
    }
}
