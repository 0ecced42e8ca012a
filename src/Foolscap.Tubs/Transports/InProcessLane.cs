using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Foolscap.Tubs.Transports;

/// <summary>
/// One direction of a connection within the process: bytes that one end has written and the other has not read, never more
/// than <see cref="Capacity"/>. Empty, it holds no buffer. One call of a write and one of a read at a time, each by any
/// thread; whatever ends it may come at any moment.
/// </summary>
/// <remarks>
/// It tells of ends as a TCP socket on Linux does: a reader gets everything that was written before the end or the reset,
/// and then that; a writer hears of a reader that is gone at once.
/// </remarks>
internal sealed class InProcessLane
{
    /// <summary>Two reads of a copy: while one of them is passed on, the other one is read.</summary>
    public const int Capacity = 128 * 1024;

    private const int SmallestBlock = 4096;
    private const int LargestBlock = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly LaneWait _forInput;
    private readonly LaneWait _forRoom;
    private Block? _head;
    private Block? _tail;
    private Block? _spare;
    private int _count;
    private long _read;
    private bool _isWriting;
    private bool _isReading;
    private bool _isEnded;
    private bool _isDiscarded;
    private SocketError _readFailure;
    private SocketError _writeFailure;

    public InProcessLane() => (_forInput, _forRoom) = (new LaneWait(_gate), new LaneWait(_gate));

    /// <summary>How much of what was written has been read.</summary>
    public Delivery Delivery
    {
        get
        {
            lock (_gate)
            {
                return new Delivery(_read, _count == 0);
            }
        }
    }

    /// <summary>Whether the writer has ended it in order.</summary>
    public bool IsEnded
    {
        get
        {
            lock (_gate)
            {
                return _isEnded;
            }
        }
    }

    /// <summary>Whether it holds a buffer.</summary>
    public bool HoldsBuffer
    {
        get
        {
            lock (_gate)
            {
                return _head is not null;
            }
        }
    }

    /// <summary>Takes what there is room for.</summary>
    /// <returns>How many bytes.</returns>
    /// <exception cref="SocketException">The lane is over.</exception>
    public int TryWrite(ReadOnlySpan<byte> bytes)
    {
        int written = 0;
        while (written < bytes.Length && BeginWrite(bytes.Length - written) is { IsEmpty: false } room)
        {
            bytes.Slice(written, room.Length).CopyTo(room.Span);
            EndWrite(room.Length);
            written += room.Length;
        }

        return written;
    }

    /// <summary>Takes all bytes, as room comes.</summary>
    /// <exception cref="SocketException">The lane is over.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        bytes = bytes[TryWrite(bytes.Span)..];
        while (!bytes.IsEmpty)
        {
            await WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
            bytes = bytes[TryWrite(bytes.Span)..];
        }
    }

    /// <summary>Gives what is there, once something is; with no buffer it only waits for that.</summary>
    /// <returns>How many bytes; 0 at the end, and for no buffer.</returns>
    /// <exception cref="SocketException">The lane was reset, and all before has been read; or this end is closed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ValueTask waiting = WaitForInputAsync(cancellationToken);
            bool isThere = waiting.IsCompleted;
            await waiting.ConfigureAwait(false);
            if (!isThere)
            {
                continue; // It may have been woken by the end of this end.
            }

            if (buffer.IsEmpty)
            {
                return 0;
            }

            int read = TryRead(buffer.Span);
            if (read > 0 || IsReadToEnd)
            {
                return read;
            }
        }
    }

    /// <summary>The writer ends it in order.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (_writeFailure == SocketError.Success)
            {
                _isEnded = true;
                _writeFailure = SocketError.Shutdown;
                _forInput.End();
            }
        }
    }

    /// <summary>The writer resets it; what it has written stays to be read.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _writeFailure = SocketError.OperationAborted;
            if (!_isEnded && _readFailure == SocketError.Success)
            {
                _readFailure = SocketError.ConnectionReset;
            }

            _forInput.End();
            _forRoom.End();
        }
    }

    /// <summary>The reader is gone: nothing more can be written, and what is there is thrown away.</summary>
    /// <returns>Whether something was.</returns>
    public bool StopReading()
    {
        lock (_gate)
        {
            bool wasUnread = _count > 0 && !_isDiscarded;
            if (_writeFailure == SocketError.Success)
            {
                _writeFailure = SocketError.ConnectionReset;
            }

            _readFailure = SocketError.OperationAborted;
            Discard();
            _forInput.End();
            _forRoom.End();
            return wasUnread;
        }
    }

    private bool IsReadToEnd
    {
        get
        {
            lock (_gate)
            {
                return _isEnded && _count == 0;
            }
        }
    }

    private int TryRead(Span<byte> buffer)
    {
        int read = 0;
        while (read < buffer.Length && BeginRead(buffer.Length - read) is { IsEmpty: false } bytes)
        {
            bytes.Span.CopyTo(buffer[read..]);
            EndRead(bytes.Length);
            read += bytes.Length;
        }

        return read;
    }

    private ValueTask WaitForInputAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ThrowIfOver(_isDiscarded || (_count == 0 && !_isEnded) ? _readFailure : SocketError.Success);
            return _count > 0 || _isEnded ? ValueTask.CompletedTask : _forInput.WaitAsync(cancellationToken);
        }
    }

    private ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ThrowIfOver(_writeFailure);
            return _count < Capacity ? ValueTask.CompletedTask : _forRoom.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Gets room to copy to, without the lock meanwhile: who reads need not wait for that.</summary>
    private Memory<byte> BeginWrite(int wanted)
    {
        lock (_gate)
        {
            ThrowIfOver(_writeFailure);
            int most = Math.Min(wanted, Capacity - _count);
            if (most == 0)
            {
                return default;
            }

            if (_tail is not { Room: > 0 })
            {
                Append(most);
            }

            _isWriting = true;
            return _tail!.Array.AsMemory(_tail.End, Math.Min(most, _tail.Room));
        }
    }

    private void EndWrite(int count)
    {
        lock (_gate)
        {
            _isWriting = false;
            if (_isDiscarded)
            {
                return;
            }

            _tail!.End += count;
            _count += count;
            _forInput.End();
        }
    }

    private ReadOnlyMemory<byte> BeginRead(int wanted)
    {
        lock (_gate)
        {
            ThrowIfOver(_isDiscarded ? _readFailure : SocketError.Success);
            if (_count == 0)
            {
                return default;
            }

            _isReading = true;
            return _head!.Array.AsMemory(_head.Start, Math.Min(wanted, _head.End - _head.Start));
        }
    }

    private void EndRead(int count)
    {
        lock (_gate)
        {
            _isReading = false;
            if (_isDiscarded)
            {
                return;
            }

            _head!.Start += count;
            _count -= count;
            _read += count;
            if (_head.Start == _head.End && !(_isWriting && _head == _tail))
            {
                RemoveHead();
            }

            // Not for each read: then both ends would change turns for every few bytes.
            if (_count <= Capacity / 2)
            {
                _forRoom.End();
            }
        }
    }

    private void Append(int size)
    {
        Block block = _spare ?? new Block();
        _spare = null;
        block.Array = ArrayPool<byte>.Shared.Rent(Math.Clamp(size, SmallestBlock, LargestBlock));
        if (_tail is null)
        {
            _head = block;
        }
        else
        {
            _tail.Next = block;
        }

        _tail = block;
    }

    private void RemoveHead()
    {
        Block block = _head!;
        _head = block.Next;
        _tail = _head is null ? null : _tail;
        ArrayPool<byte>.Shared.Return(block.Array);
        block.Clear();
        _spare = block;
    }

    private void Discard()
    {
        if (_isDiscarded)
        {
            return;
        }

        _isDiscarded = true;
        for (Block? block = _head; block is not null; block = block.Next)
        {
            // A block that is being copied to or from at this moment is left to the garbage collector.
            if (!(_isReading && block == _head) && !(_isWriting && block == _tail))
            {
                ArrayPool<byte>.Shared.Return(block.Array);
            }
        }

        _head = _tail = _spare = null;
        _count = 0;
    }

    private static void ThrowIfOver(SocketError failure)
    {
        if (failure != SocketError.Success)
        {
            throw new SocketException((int)failure);
        }
    }

    /// <summary>A buffer, and what of it is written and not read.</summary>
    private sealed class Block
    {
        public byte[] Array { get; set; } = [];

        public int Start { get; set; }

        public int End { get; set; }

        public int Room => Array.Length - End;

        public Block? Next { get; set; }

        public void Clear() => (Array, Start, End, Next) = ([], 0, 0, null);
    }
}
