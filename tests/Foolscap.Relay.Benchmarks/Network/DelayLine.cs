using System.Diagnostics;
using System.Threading.Channels;

namespace Foolscap.Relay.Benchmarks.Network;

/// <summary>
/// The bytes that are under way in one direction: a ring of fixed size, and when each piece of it may arrive. One end
/// fills it and the other empties it.
/// </summary>
/// <remarks>
/// It holds what TCP with a window of 16 MiB can have under way in one direction, half of it on the way back: more than
/// Linux allows by default, so a path that keeps up with it here is not held up by its own window elsewhere.
/// </remarks>
internal sealed class DelayLine(TimeSpan delay)
{
    private const int Size = 8 * 1024 * 1024;
    private const int LongestPiece = 64 * 1024;

    /// <summary>As many pieces as fit if each is a small packet; beyond it they wait.</summary>
    private const int MaxPieces = 8192;

    private readonly byte[] _ring = GC.AllocateUninitializedArray<byte>(Size);
    private readonly Channel<(long Due, int Length)> _pieces =
        Channel.CreateBounded<(long Due, int Length)>(new BoundedChannelOptions(MaxPieces) { SingleReader = true, SingleWriter = true });

    private readonly Channel<bool> _released = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _free = Size;
    private int _head;
    private int _tail;

    /// <summary>Waits until there is room, of which <see cref="Add"/> then takes a part.</summary>
    public async ValueTask<Memory<byte>> WaitForRoomAsync()
    {
        int longest;
        while ((longest = Math.Min(Volatile.Read(ref _free), Math.Min(Size - _head, LongestPiece))) == 0)
        {
            await _released.Reader.ReadAsync();
        }

        await _pieces.Writer.WaitToWriteAsync();
        return _ring.AsMemory(_head, longest);
    }

    /// <summary>So many bytes have entered; none is the end.</summary>
    public void Add(int count)
    {
        _head = (_head + count) % Size;
        Interlocked.Add(ref _free, -count);
        if (count == 0)
        {
            _pieces.Writer.Complete();
        }
        else
        {
            _ = _pieces.Writer.TryWrite((Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency), count));
        }
    }

    /// <summary>Takes the next piece when it is due.</summary>
    /// <returns>It; nothing is the end.</returns>
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync()
    {
        if (!await _pieces.Reader.WaitToReadAsync() || !_pieces.Reader.TryRead(out (long Due, int Length) piece))
        {
            return default;
        }

        TimeSpan wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), piece.Due);
        if (wait.TotalMilliseconds >= 1)
        {
            await Task.Delay(wait);
        }

        return _ring.AsMemory(_tail, piece.Length);
    }

    /// <summary>The oldest bytes have left.</summary>
    public void Release(int count)
    {
        _tail = (_tail + count) % Size;
        Interlocked.Add(ref _free, count);
        _released.Writer.TryWrite(true);
    }

    /// <summary>Ends the waits of both ends.</summary>
    public void Stop()
    {
        _pieces.Writer.TryComplete();
        Interlocked.Add(ref _free, Size);
        _released.Writer.TryWrite(true);
    }
}
