using System.Buffers;
using System.IO.Pipelines;
using Foolscap.Tubs;

namespace Foolscap.Relay.Streams;

/// <summary>From the local connection to the other end, a window at most ahead of its answers. Idle, it holds no buffer.</summary>
internal sealed class OutboundPump(PipeReader input, IRelayedStreamObserver? observer)
{
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
        while (true)
        {
            await Window.WaitAsync().ConfigureAwait(false);

            // A Pipe gives bytes that were looked at and left before a cancelled read to TryRead only.
            ReadResult result = input.TryRead(out ReadResult left) ? left : await input.ReadAsync().ConfigureAwait(false);
            if (result.IsCanceled && _stopped)
            {
                throw new OperationCanceledException(); // Else by whoever watched the connection before this.
            }

            await SendAsync(sender, result.Buffer).ConfigureAwait(false);
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
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
        input.CancelPendingRead();
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

            ReadOnlySequence<byte> part = data.Slice(0, count);
            observer?.OnData(StreamDirection.Outbound, part);
            Window.OnSent(count);
            await sender.SendAsync(part, count).ConfigureAwait(false);
            Volatile.Write(ref _sent, _sent + count);
            data = data.Slice(count);
        }
    }
}
