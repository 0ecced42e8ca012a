using Foolscap.Tubs;
using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;

namespace Foolscap.Relay.Streams;

/// <summary>From the local connection to the other end, a window at most ahead of its answers. Idle, it holds no buffer.</summary>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "A source of cancellations without a timer holds nothing that has to be let go of.")]
internal sealed class OutboundPump(TransportConnection local, RelayedStreamOptions options)
{
    /// <summary>The most that one read brings.</summary>
    private const int ReadSize = 64 * 1024;

    private readonly PipeReader _input = local.Input;
    private readonly BufferBudget? _budget = options.Reservation?.Budget;
    private readonly CancellationTokenSource _stopping = new();
    private volatile bool _stopped;
    private bool _started;
    private long _sent;

    public SendWindow Window { get; } = new();

    /// <summary>How many bytes have gone to the other end.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Passes on everything up to the end of the input, and then the end.</summary>
    /// <exception cref="Exception">The input has failed, all before it has been passed on; or the pump was stopped.</exception>
    public async Task RunAsync(RemoteReference remote, IAnswerReceiver answers)
    {
        ByteStringSender sender = new(remote, RelayProtocol.Write, answers);
        while (true)
        {
            await Window.WaitAsync().ConfigureAwait(false);
            int held = await HoldAsync().ConfigureAwait(false);
            bool isEnd;
            try
            {
                isEnd = await PassOnAsync(sender).ConfigureAwait(false);
            }
            finally
            {
                if (held > 0)
                {
                    _budget!.Release(held);
                }
            }

            if (isEnd)
            {
                remote.CallOnly(RelayProtocol.Close);
                return;
            }
        }
    }

    /// <summary>Ends every wait of the pump.</summary>
    public void Stop(Exception reason)
    {
        _stopped = true;
        Window.Fail(reason);
        _stopping.Cancel();
        _input.CancelPendingRead();
    }

    /// <summary>
    /// Waits until there is something to read, and then until it may be held, if that can be told apart: an idle stream
    /// holds nothing.
    /// </summary>
    private async ValueTask<int> HoldAsync()
    {
        if (!_started)
        {
            _started = true;
            return 0; // Whoever watched the connection before this has left bytes in the reader.
        }

        if (_budget is null || !await local.WaitForInputAsync(_stopping.Token).ConfigureAwait(false))
        {
            return 0;
        }

        await _budget.HoldAsync(ReadSize, _stopping.Token).ConfigureAwait(false);
        return ReadSize;
    }

    /// <summary>Passes on what one read brings.</summary>
    /// <returns>Whether that was all.</returns>
    private async ValueTask<bool> PassOnAsync(ByteStringSender sender)
    {
        // A Pipe gives bytes that were looked at and left before a cancelled read to TryRead only.
        ReadResult result = _input.TryRead(out ReadResult left) ? left : await _input.ReadAsync().ConfigureAwait(false);
        if (result.IsCanceled && _stopped)
        {
            throw new OperationCanceledException(); // Else by whoever watched the connection before this.
        }

        await SendAsync(sender, result.Buffer).ConfigureAwait(false);
        _input.AdvanceTo(result.Buffer.End);
        return result.IsCompleted;
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

            if (options.Pacer is IRelayedStreamPacer pacer)
            {
                await pacer.WaitAsync(count, _stopping.Token).ConfigureAwait(false);
            }

            ReadOnlySequence<byte> part = data.Slice(0, count);
            options.Observer?.OnData(StreamDirection.Outbound, part);
            Window.OnSent(count);
            await sender.SendAsync(part, count).ConfigureAwait(false);
            Volatile.Write(ref _sent, _sent + count);
            data = data.Slice(count);
        }
    }
}
