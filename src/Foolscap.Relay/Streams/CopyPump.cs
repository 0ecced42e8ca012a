using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Foolscap.Tubs;

namespace Foolscap.Relay.Streams;

/// <summary>
/// One direction of a plain copy between two connections. What was read is written before anything else is read, so it
/// never holds more than one buffer; and none while it waits for something to come.
/// </summary>
/// <param name="from">The connection that is read.</param>
/// <param name="to">The connection that is written to.</param>
/// <param name="direction">For those who look on.</param>
/// <param name="options">Limits, and who looks on.</param>
/// <param name="stopping">Ends every wait for input, and for the pacer.</param>
internal sealed class CopyPump(
    TransportConnection from, TransportConnection to, StreamDirection direction, DirectStreamOptions options, CancellationToken stopping)
{
    private const int ReadSize = 64 * 1024;

    /// <summary>A paced stream pays behind each read: it should not be much.</summary>
    private const int PacedReadSize = 16 * 1024;

    /// <summary>Less than this at once is quicker to read and write, and waits for more meanwhile.</summary>
    private const int LeastMove = 32 * 1024;

    /// <summary>
    /// So much is passed on in one go. Where neither end lets it wait, a copy would keep its thread for good, and there are no
    /// more threads than processors: a thousand others would wait for seconds. It takes a fraction of a millisecond.
    /// </summary>
    private const int TurnSize = 1024 * 1024;

    /// <summary>What is looked at, or comes a little at a time, has to be read.</summary>
    private readonly bool _mayMove = options.Observer is null && options.Pacer is null && KernelPipe.CanJoin(from, to);

    private ThreadPoolTurn? _turn;
    private bool _isBulk;
    private long _copied;

    /// <summary>How many bytes have been passed on.</summary>
    public long Copied => Volatile.Read(ref _copied);

    /// <summary>Passes on everything up to the end of the input.</summary>
    /// <exception cref="OutputFailedException">The output has failed.</exception>
    /// <exception cref="Exception">The input has failed, all before it has been passed on; or the copy was stopped.</exception>
    public async Task RunAsync()
    {
        bool isEnd = await PassOnWhatIsThereAsync().ConfigureAwait(false);
        long turnEnd = TurnSize;
        while (!isEnd)
        {
            if (_copied >= turnEnd)
            {
                await (_turn ??= new ThreadPoolTurn());
                turnEnd = _copied + TurnSize;
            }

            if (_isBulk)
            {
                await MoveAsync().ConfigureAwait(false);
                continue;
            }

            isEnd = await from.WaitForInputAsync(stopping).ConfigureAwait(false)
                ? await ReceiveAsync().ConfigureAwait(false)
                : await PassOnAsync(await from.Input.ReadAsync(stopping).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    /// <summary>Passes on what whoever had the connection before this has read ahead.</summary>
    /// <returns>Whether that was all.</returns>
    private async ValueTask<bool> PassOnWhatIsThereAsync()
    {
        // A Pipe gives bytes that were looked at and left before a cancelled read to TryRead only.
        while (from.Input.TryRead(out ReadResult result))
        {
            if (await PassOnAsync(result).ConfigureAwait(false))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Passes on what one read of the pipe has brought.</summary>
    /// <returns>Whether that was all.</returns>
    private async ValueTask<bool> PassOnAsync(ReadResult result)
    {
        if (result.IsCanceled && stopping.IsCancellationRequested)
        {
            throw new OperationCanceledException(); // Else by whoever had the connection before this.
        }

        foreach (ReadOnlyMemory<byte> segment in result.Buffer)
        {
            await WriteAsync(segment).ConfigureAwait(false);
        }

        from.Input.AdvanceTo(result.Buffer.End);
        return result.IsCompleted;
    }

    /// <summary>Passes on what has arrived.</summary>
    /// <returns>Whether that was the end.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReceiveAsync()
    {
        int size = Hold(out bool isHeld);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            int count = await from.ReceiveAsync(buffer.AsMemory(0, size), stopping).ConfigureAwait(false);
            await WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
            _isBulk = _mayMove && count == ReadSize;
            return count == 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (isHeld)
            {
                options.Reservation!.Budget.Release(size);
            }
        }
    }

    /// <summary>
    /// Passes on what has arrived within the kernel, without a copy of it, for as long as much comes: that is half the work.
    /// What the output does not take at once is taken out of the kernel's pipe, of which there are few, before the wait. The
    /// end, and every wait for input, is left to a read.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask MoveAsync()
    {
        stopping.ThrowIfCancellationRequested();
        int held = options.Reservation is null ? 0 : KernelPipe.MostBytes;
        if (held > 0 && !options.Reservation!.Budget.TryHold(held))
        {
            _isBulk = false; // A read gets along with what has been reserved.
            return;
        }

        byte[]? buffer = null;
        try
        {
            (int sent, int left) = Move(ref buffer);
            if (sent > 0)
            {
                await OnCopiedAsync(sent).ConfigureAwait(false);
            }

            if (left > 0)
            {
                ReleaseAbove(ref held, buffer!.Length);
                await WriteAsync(buffer.AsMemory(0, left)).ConfigureAwait(false);
            }
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            ReleaseAbove(ref held, 0);
        }
    }

    /// <summary>Moves what goes without a wait.</summary>
    /// <param name="buffer">Is rented for what the output has not taken, if there is any.</param>
    /// <returns>How many bytes the output has taken, and how many are in the buffer.</returns>
    private (int Sent, int Left) Move(ref byte[]? buffer)
    {
        using KernelPipe? pipe = KernelPipe.TryRent(from, to);
        int received = pipe?.Receive() ?? 0;
        _isBulk = received >= LeastMove;
        if (received == 0)
        {
            return default;
        }

        int sent;
        try
        {
            sent = pipe!.Send();
        }
        catch (Exception exception)
        {
            throw new OutputFailedException(exception);
        }

        int left = pipe.Count;
        if (left > 0)
        {
            buffer = ArrayPool<byte>.Shared.Rent(left);
            pipe.Read(buffer);
        }

        return (sent, left);
    }

    /// <summary>Gives back what is held of the budget beyond some bytes.</summary>
    private void ReleaseAbove(ref int held, int needed)
    {
        if (held > needed)
        {
            options.Reservation!.Budget.Release(held - needed);
            held = needed;
        }
    }

    /// <summary>
    /// Says how many bytes may be read. If the budget is spent, that is what has been reserved for this direction: readers
    /// that stand still, and hold what is in the budget, make others slower, and do not stop them.
    /// </summary>
    private int Hold(out bool isHeld)
    {
        int size = options.Pacer is null ? ReadSize : PacedReadSize;
        if (options.Reservation is not BufferReservation reservation)
        {
            isHeld = false;
            return size;
        }

        isHeld = reservation.Budget.TryHold(size);
        return isHeld ? size : Math.Max(1, Math.Min(size, reservation.First / 2));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAsync(ReadOnlyMemory<byte> data)
    {
        if (data.IsEmpty)
        {
            return;
        }

        options.Observer?.OnData(direction, new ReadOnlySequence<byte>(data));
        try
        {
            // What is taken at once needs neither pipe nor wait.
            int sent = to.TrySend(data.Span);
            FlushResult flushed = sent == data.Length ? default : await to.Output.WriteAsync(data[sent..]).ConfigureAwait(false);
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                throw new IOException("The connection takes no more bytes.");
            }
        }
        catch (Exception exception)
        {
            throw new OutputFailedException(exception);
        }

        await OnCopiedAsync(data.Length).ConfigureAwait(false);
    }

    private ValueTask OnCopiedAsync(int count)
    {
        Volatile.Write(ref _copied, _copied + count);
        options.Counter?.OnBytes(direction, count);
        return options.Pacer?.WaitAsync(count, stopping) ?? ValueTask.CompletedTask;
    }
}
