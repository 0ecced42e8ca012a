using System.Buffers;

namespace Foolscap.Tubs.Banana;

/// <summary>
/// Bytes on their way out: grows, can be cut back when a message turns out not to be sendable, and holds pooled memory
/// only while it holds bytes. Not thread-safe; its owner guards it.
/// </summary>
internal sealed class OutputBuffer : IBufferWriter<byte>
{
    // One write of 64 KiB with its frame fits without growing.
    private const int FirstSize = 72 * 1024;

    private byte[] _array = [];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _array.AsMemory(0, Length);

    public void Advance(int count) => Length += count;

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _array.AsSpan(Length);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _array.AsMemory(Length);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_array.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Write(in ReadOnlySequence<byte> bytes)
    {
        int length = checked((int)bytes.Length);
        Reserve(length);
        bytes.CopyTo(_array.AsSpan(Length));
        Length += length;
    }

    /// <summary>Forgets all bytes behind a length that the buffer had before.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Forgets the first bytes.</summary>
    public void RemoveStart(int count)
    {
        _array.AsSpan(count, Length - count).CopyTo(_array);
        Length -= count;
    }

    /// <summary>Forgets all bytes and gives the memory back.</summary>
    public void Reset()
    {
        Length = 0;
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
            _array = [];
        }
    }

    private void Reserve(int count)
    {
        int needed = checked(Length + count);
        if (needed <= _array.Length)
        {
            return;
        }

        long doubled = Math.Max(FirstSize, 2L * _array.Length);
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(doubled, needed, Array.MaxLength));
        _array.AsSpan(0, Length).CopyTo(larger);
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }

        _array = larger;
    }
}
