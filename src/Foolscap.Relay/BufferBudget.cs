namespace Foolscap.Relay;

/// <summary>
/// How many bytes the streams of a process may hold together. Each stream reserves what the other end may send it, and
/// what it reads from its local connection, so that the sum is a bound and not a hope: while there is room, windows grow;
/// as it fills, they shrink; and when there is no room for one more stream, none is begun.
/// </summary>
/// <remarks>
/// An eighth is kept for what is read, which moves on; no more than a quarter goes to windows that have grown, because
/// what a peer was granted once cannot be taken back, and newcomers need the rest. Thread-safe.
/// </remarks>
public sealed class BufferBudget
{
    private const long Least = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<(int Bytes, TaskCompletionSource Granted)> _waiting = new();
    private long _limit;
    private long _windowLimit;
    private long _growthLimit;
    private long _windows;
    private long _growth;
    private long _reads;
    private int _grownStreams;

    /// <summary>Creates a budget.</summary>
    /// <param name="limit">How many bytes there are; at least 1 MiB.</param>
    public BufferBudget(long limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, Least);
        SetLimit(limit);
    }

    /// <summary>How many bytes there are.</summary>
    public long Limit => Volatile.Read(ref _limit);

    /// <summary>How many of them are reserved: what the streams hold is never more.</summary>
    public long Reserved
    {
        get
        {
            lock (_gate)
            {
                return _windows + _reads;
            }
        }
    }

    /// <summary>
    /// Makes it larger or smaller. What is reserved stays so: of a budget that has become too small nothing more is given until
    /// enough has come back.
    /// </summary>
    /// <param name="limit">How many bytes there are; at least 1 MiB.</param>
    public void ChangeLimit(long limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, Least);
        lock (_gate)
        {
            SetLimit(limit);
            Grant();
        }
    }

    /// <summary>Reserves the first bytes of a stream's window.</summary>
    /// <param name="bytes">How many: the window that the other end has without being told of another one.</param>
    /// <returns>The reservation, which belongs to the stream; <see langword="null"/> if there is no room for another stream.</returns>
    public BufferReservation? TryReserve(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        lock (_gate)
        {
            if (_windows + bytes > _windowLimit)
            {
                return null;
            }

            _windows += bytes;
            return new BufferReservation(this, bytes);
        }
    }

    /// <summary>Gives back all of a stream.</summary>
    internal void Remove(long first, long growth)
    {
        lock (_gate)
        {
            _windows -= first + growth;
            ChangeGrowth(growth, 0);
            Grant();
        }
    }

    /// <summary>By how much a window may grow at the moment: a part of what is free that leaves something to the others.</summary>
    internal long GetShare()
    {
        lock (_gate)
        {
            return Math.Max(0, _growthLimit - _growth) / (4 + (_grownStreams / 4));
        }
    }

    /// <summary>Changes by how much a stream's window has grown, if there is room for that.</summary>
    internal bool TryGrow(long from, long to)
    {
        lock (_gate)
        {
            if (to > from && (_growth + to - from > _growthLimit || _windows + to - from > _windowLimit))
            {
                return false;
            }

            _windows += to - from;
            ChangeGrowth(from, to);
            Grant();
            return true;
        }
    }

    /// <summary>Waits until so many bytes may be read; first come, first served.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled; nothing is held.</exception>
    internal ValueTask HoldAsync(int bytes, CancellationToken cancellationToken)
    {
        TaskCompletionSource granted;
        lock (_gate)
        {
            if (_waiting.Count == 0 && HasRoom(bytes))
            {
                _reads += bytes;
                return ValueTask.CompletedTask;
            }

            granted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((bytes, granted));
        }

        return new ValueTask(WaitAsync(granted, cancellationToken));
    }

    /// <summary>Counts bytes that are about to be read, if there is room for them now and nobody waits for it.</summary>
    /// <returns>Whether they may be read.</returns>
    internal bool TryHold(int bytes)
    {
        lock (_gate)
        {
            if (_waiting.Count > 0 || !HasRoom(bytes))
            {
                return false;
            }

            _reads += bytes;
            return true;
        }
    }

    /// <summary>Counts what is held already, whether there is room for it or not.</summary>
    internal void HoldAnyway(int bytes)
    {
        lock (_gate)
        {
            _reads += bytes;
        }
    }

    /// <summary>What was read has moved on.</summary>
    internal void Release(int bytes)
    {
        lock (_gate)
        {
            _reads -= bytes;
            Grant();
        }
    }

    private void SetLimit(long limit)
    {
        Volatile.Write(ref _limit, limit);
        _windowLimit = limit - (limit / 8);
        _growthLimit = limit / 4;
    }

    private bool HasRoom(int bytes) => _windows + _reads + bytes <= Limit;

    private void ChangeGrowth(long from, long to)
    {
        _growth += to - from;
        _grownStreams += (to > 0 ? 1 : 0) - (from > 0 ? 1 : 0);
    }

    /// <summary>Something may have become free.</summary>
    private void Grant()
    {
        while (_waiting.TryPeek(out (int Bytes, TaskCompletionSource Granted) next))
        {
            if (!next.Granted.Task.IsCompleted)
            {
                if (!HasRoom(next.Bytes))
                {
                    return;
                }

                if (next.Granted.TrySetResult())
                {
                    _reads += next.Bytes;
                }
            }

            _waiting.Dequeue();
        }
    }

    private static async Task WaitAsync(TaskCompletionSource granted, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (waiting, token) => ((TaskCompletionSource)waiting!).TrySetCanceled(token), granted);
        await granted.Task.ConfigureAwait(false);
    }
}
