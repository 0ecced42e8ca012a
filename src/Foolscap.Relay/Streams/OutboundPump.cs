using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Foolscap.Tubs;

namespace Foolscap.Relay.Streams;

/// <summary>
/// From the local connection to the other end, a window at most ahead of its answers. Idle, it holds no buffer; and it
/// reads no more than it may send, so that what it has read waits for nothing but its turn at the connection.
/// </summary>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "A source of cancellations without a timer holds nothing that has to be let go of.")]
internal sealed class OutboundPump(TransportConnection local, RelayedStreamOptions options)
{
    /// <summary>A paced stream pays behind each read: it should not be much.</summary>
    private const int PacedReadSize = 16 * 1024;

    private readonly BufferBudget? _budget = options.Reservation?.Budget;
    private readonly CancellationTokenSource _stopping = new();
    private volatile bool _stopped;
    private long _sent;

    public SendWindow Window { get; } = new();

    /// <summary>How many bytes have gone to the other end.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Passes on everything up to the end of the input, and then the end.</summary>
    /// <exception cref="Exception">The input has failed, all before it has been passed on; or the pump was stopped.</exception>
    public async Task RunAsync(RemoteReference remote, IAnswerReceiver answers)
    {
        ByteStringSender sender = new(remote, RelayProtocol.Write, answers);
        bool isEnd = await PassOnWhatIsThereAsync(sender).ConfigureAwait(false);
        while (!isEnd)
        {
            await Window.WaitAsync().ConfigureAwait(false);
            isEnd = await local.WaitForInputAsync(_stopping.Token).ConfigureAwait(false)
                ? await ReceiveAsync(sender).ConfigureAwait(false)
                : await PassOnAsync(sender, await local.Input.ReadAsync().ConfigureAwait(false)).ConfigureAwait(false);
        }

        remote.CallOnly(RelayProtocol.Close);
    }

    /// <summary>Ends every wait of the pump.</summary>
    public void Stop(Exception reason)
    {
        _stopped = true;
        Window.Fail(reason);
        _stopping.Cancel();
        local.Input.CancelPendingRead();
    }

    /// <summary>Passes on what whoever watched the connection before this has read ahead.</summary>
    /// <returns>Whether that was all.</returns>
    private async ValueTask<bool> PassOnWhatIsThereAsync(ByteStringSender sender)
    {
        // A Pipe gives bytes that were looked at and left before a cancelled read to TryRead only.
        while (local.Input.TryRead(out ReadResult result))
        {
            int length = (int)result.Buffer.Length;
            _budget?.HoldAnyway(length);
            try
            {
                if (await PassOnAsync(sender, result).ConfigureAwait(false))
                {
                    return true;
                }
            }
            finally
            {
                _budget?.Release(length);
            }
        }

        return false;
    }

    /// <summary>Passes on what one read of the pipe has brought.</summary>
    /// <returns>Whether that was all.</returns>
    private async ValueTask<bool> PassOnAsync(ByteStringSender sender, ReadResult result)
    {
        if (result.IsCanceled && _stopped)
        {
            throw new OperationCanceledException(); // Else by whoever watched the connection before this.
        }

        await SendAsync(sender, result.Buffer).ConfigureAwait(false);
        local.Input.AdvanceTo(result.Buffer.End);
        return result.IsCompleted;
    }

    /// <summary>Passes on what has arrived, once it may be held.</summary>
    /// <returns>Whether that was the end.</returns>
    private async ValueTask<bool> ReceiveAsync(ByteStringSender sender)
    {
        long room = Window.Room;
        if (room <= 0)
        {
            return false; // The window has shrunk since.
        }

        int count;
        if (options.ReadShare is ReadShare share)
        {
            await share.EnterAsync(_stopping.Token).ConfigureAwait(false);
            try
            {
                count = await HoldAndReceiveAsync(sender, room).ConfigureAwait(false);
            }
            finally
            {
                share.Leave();
            }
        }
        else
        {
            count = await HoldAndReceiveAsync(sender, room).ConfigureAwait(false);
        }

        if (count > 0 && options.Pacer is IRelayedStreamPacer pacer)
        {
            await pacer.WaitAsync(count, _stopping.Token).ConfigureAwait(false);
        }

        return count == 0;
    }

    private async ValueTask<int> HoldAndReceiveAsync(ByteStringSender sender, long room)
    {
        int most = options.Pacer is null ? RelayProtocol.MaxWriteSize : PacedReadSize;
        int size = (int)Math.Min(room, most);
        if (_budget is not null)
        {
            await _budget.HoldAsync(size, _stopping.Token).ConfigureAwait(false);
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            int count = await local.ReceiveAsync(buffer.AsMemory(0, size), _stopping.Token).ConfigureAwait(false);
            if (count > 0)
            {
                await SendOneAsync(sender, new ReadOnlySequence<byte>(buffer, 0, count)).ConfigureAwait(false);
            }

            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _budget?.Release(size);
        }
    }

    private async ValueTask SendAsync(ByteStringSender sender, ReadOnlySequence<byte> data)
    {
        while (!data.IsEmpty)
        {
            await Window.WaitAsync().ConfigureAwait(false);
            int count = (int)Math.Min(data.Length, Math.Min(Window.Room, RelayProtocol.MaxWriteSize));
            if (count <= 0)
            {
                continue; // The window has shrunk since.
            }

            await SendOneAsync(sender, data.Slice(0, count)).ConfigureAwait(false);
            data = data.Slice(count);
            if (options.Pacer is IRelayedStreamPacer pacer)
            {
                await pacer.WaitAsync(count, _stopping.Token).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask SendOneAsync(ByteStringSender sender, ReadOnlySequence<byte> part)
    {
        int count = (int)part.Length;
        options.Observer?.OnData(StreamDirection.Outbound, part);
        Window.OnSent(count);

        // Counted first: the other end may have the bytes, and somebody ask, before this goes on.
        Volatile.Write(ref _sent, _sent + count);
        try
        {
            await sender.SendAsync(part, count).ConfigureAwait(false);
        }
        catch
        {
            Volatile.Write(ref _sent, _sent - count);
            throw;
        }
    }
}
