using System.Buffers;

namespace Foolscap.Tubs.Transports;

/// <summary>
/// The buffers of one connection's reader: its first few are small, those behind them as large as is asked for. A peer
/// that begins a request or a hello and leaves it at that costs 4 KiB and not 64. The reader's user guards it: one buffer
/// is rented at a time or, while a message is not complete, one behind the other.
/// </summary>
internal sealed class StartSmallPool : MemoryPool<byte>
{
    /// <summary>A whole block of the negotiation: 4,096 bytes.</summary>
    public const int SmallSize = 4096;

    /// <summary>The least room for which a buffer is read into once more; with more, a byte at a time would rent one each.</summary>
    public const int MinimumReadSize = 1024;

    /// <summary>A block of the negotiation may lie in two buffers; there are two of them on one reader at most.</summary>
    private const int SmallCount = 4;

    private Lease? _spare;
    private int _rented;

    public override int MaxBufferSize => Array.MaxLength;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        int size = Math.Max(minBufferSize, 1);
        if (_rented < SmallCount)
        {
            _rented++;
            size = Math.Min(size, SmallSize);
        }

        // Each read rents, so the object is used again.
        Lease lease = Interlocked.Exchange(ref _spare, null) ?? new Lease(this);
        lease.Array = ArrayPool<byte>.Shared.Rent(size);
        return lease;
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Lease(StartSmallPool pool) : IMemoryOwner<byte>
    {
        public byte[]? Array { get; set; }

        public Memory<byte> Memory => Array;

        public void Dispose()
        {
            if (Array is byte[] array)
            {
                Array = null;
                ArrayPool<byte>.Shared.Return(array);
                pool._spare = this;
            }
        }
    }
}
