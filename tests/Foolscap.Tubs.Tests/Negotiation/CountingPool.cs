using System.Buffers;

namespace Foolscap.Tubs.Tests.Negotiation;

/// <summary>Counts the buffers that a pipe holds. Thread-safe.</summary>
internal sealed class CountingPool : MemoryPool<byte>
{
    private int _rented;
    private int _held;

    /// <summary>How many have been taken, all in all.</summary>
    public int Rented => Volatile.Read(ref _rented);

    /// <summary>How many have not been given back.</summary>
    public int Held => Volatile.Read(ref _held);

    public override int MaxBufferSize => Shared.MaxBufferSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        Interlocked.Increment(ref _rented);
        Interlocked.Increment(ref _held);
        return new Lease(this, Shared.Rent(minBufferSize));
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Lease(CountingPool pool, IMemoryOwner<byte> inner) : IMemoryOwner<byte>
    {
        private int _disposed;

        public Memory<byte> Memory => inner.Memory;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                inner.Dispose();
                Interlocked.Decrement(ref pool._held);
            }
        }
    }
}
