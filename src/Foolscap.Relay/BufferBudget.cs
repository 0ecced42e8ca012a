namespace Foolscap.Relay;

/// <summary>
/// How many bytes the streams of a process may hold together. Each stream reserves what the other end may send it, and
/// what it reads from its local connection, so that the sum is a bound and not a hope: while there is room, windows grow;
/// as it fills, they shrink; and when there is no room for one more stream, none is begun.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class BufferBudget
{
    /// <summary>One stream alone gets no more than this part of what is free, so that the next ones find something.</summary>
    private const int SmallestDivisor = 8;

    private readonly Lock _gate = new();
    private readonly Queue<(int Bytes, TaskCompletionSource Granted)> _waiting = new();
    private readonly long _windowLimit;
    private long _windows;
    private long _reads;
    private int _streams;

    /// <summary>Creates a budget.</summary>
    /// <param name="limit">How many bytes there are; at least 1 MiB.</param>
    public BufferBudget(long limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1024 * 1024);
        Limit = limit;

        // Windows may be promised to peers that never use them. What is read moves on, so it needs little, but that for sure.
        _windowLimit = limit - (limit / 4);
    }

    /// <summary>How many bytes there are.</summary>
    public long Limit { get; }

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
            _streams++;
            return new BufferReservation(this, bytes);
        }
    }

    /// <summary>Gives back all of a stream.</summary>
    internal void RemoveStream(long bytes)
    {
        lock (_gate)
        {
            _windows -= bytes;
            _streams--;
        }
    }

    /// <summary>How large a window may become at the moment: a part of what is free that leaves something to the others.</summary>
    internal long GetShare()
    {
        lock (_gate)
        {
            return (_windowLimit - _windows) / (SmallestDivisor + (_streams / 2));
        }
    }

    /// <summary>Makes a stream's window larger, if there is room for that, or smaller.</summary>
    internal bool TryChange(long bytes)
    {
        lock (_gate)
        {
            if (bytes > 0 && _windows + bytes > _windowLimit)
            {
                return false;
            }

            _windows += bytes;
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
            if (_waiting.Count == 0 && TryHold(bytes))
            {
                return ValueTask.CompletedTask;
            }

            granted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((bytes, granted));
        }

        return new ValueTask(WaitAsync(granted, cancellationToken));
    }

    /// <summary>What was read has moved on.</summary>
    internal void Release(int bytes)
    {
        lock (_gate)
        {
            _reads -= bytes;
            while (_waiting.TryPeek(out (int Bytes, TaskCompletionSource Granted) next))
            {
                if (!next.Granted.Task.IsCompleted)
                {
                    if (!TryHold(next.Bytes))
                    {
                        return;
                    }

                    if (!next.Granted.TrySetResult())
                    {
                        _reads -= next.Bytes; // Cancelled at this very moment.
                    }
                }

                _waiting.Dequeue();
            }
        }
    }

    private bool TryHold(int bytes)
    {
        if (_windows + _reads + bytes > Limit)
        {
            return false;
        }

        _reads += bytes;
        return true;
    }

    private static async Task WaitAsync(TaskCompletionSource granted, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (waiting, token) => ((TaskCompletionSource)waiting!).TrySetCanceled(token), granted);
        await granted.Task.ConfigureAwait(false);
    }
}
