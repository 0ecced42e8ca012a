using System.IO.Pipelines;
using Foolscap.Furls;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Tests.Connections;

/// <summary>
/// One connection in memory to a listener, whose way back a test can hold up: the listener's side then sends no more than
/// the wire holds, and what the other side sends still arrives. Thread-safe.
/// </summary>
internal sealed class HeldLink(TubListener listener) : IConnectionDialer
{
    private const int WireBytes = 16 * 1024;
    private static readonly PipeOptions Wire = new(pauseWriterThreshold: WireBytes, resumeWriterThreshold: WireBytes / 2, useSynchronizationContext: false);

    private readonly DuplexPipePair _near = new();
    private readonly DuplexPipePair _far = new(Wire);
    private TaskCompletionSource _full = NewEvent();
    private TaskCompletionSource _reading = NewEvent();
    private readonly SemaphoreSlim _gate = new(0);
    private volatile bool _isHeld;

    /// <summary>What the listener's side is told of what has arrived; nothing by default.</summary>
    public Delivery? Delivery { get; set; }

    /// <summary>Whether the listener's side is reset at the moment when it leaves off reading.</summary>
    public bool IsResetWhenLeft { get; set; }

    /// <summary>Completes when the listener's side has read all that there is, and waits for more.</summary>
    public Task WaitsForMore => Volatile.Read(ref _reading).Task;

    /// <summary>Completes when the wire, which is held, can take no more.</summary>
    public Task Full => Volatile.Read(ref _full).Task;

    public bool CanDial(ConnectionHint hint) => true;

    public Task<TransportConnection> DialAsync(ConnectionHint hint, CancellationToken cancellationToken)
    {
        _ = PumpAsync(_near.Second, _far.Second, mayHold: false);
        _ = PumpAsync(_far.Second, _near.Second, mayHold: true);
        WatchedWriter output = new(_far.First.Output, () => Volatile.Read(ref _full).TrySetResult());
        _ = listener.HandleAsync(new Wired(this, TransportConnection.FromPipe(new End(_far.First.Input, output))));
        return Task.FromResult(_near.FirstConnection);
    }

    /// <summary>From now on nothing comes back.</summary>
    public void Hold()
    {
        _isHeld = true;
        Volatile.Write(ref _full, NewEvent());
    }

    /// <summary>Lets what is on the wire through, and waits until it is full again.</summary>
    public Task LetSomeThroughAsync()
    {
        Volatile.Write(ref _full, NewEvent());
        _gate.Release();
        return Full.WithinLimit();
    }

    private async Task PumpAsync(IDuplexPipe from, IDuplexPipe to, bool mayHold)
    {
        Exception? failure = null;
        try
        {
            ReadResult result;
            do
            {
                result = await from.Input.ReadAsync();
                if (mayHold && _isHeld)
                {
                    // Not looked at either: a pipe lets its writer go on when the reader has seen all that there is.
                    from.Input.AdvanceTo(result.Buffer.Start);
                    await _gate.WaitAsync();
                    result = await from.Input.ReadAsync();
                }

                foreach (ReadOnlyMemory<byte> segment in result.Buffer)
                {
                    await to.Output.WriteAsync(segment);
                }

                from.Input.AdvanceTo(result.Buffer.End);
            }
            while (!result.IsCompleted);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            failure = exception;
        }

        await to.Output.CompleteAsync(failure);
    }

    private static TaskCompletionSource NewEvent() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>The listener's side, as a transport that knows what has arrived.</summary>
    private sealed class Wired(HeldLink link, TransportConnection inner) : TransportConnection(remoteEndPoint: null)
    {
        public override PipeReader Input { get; } = new BreakingReader(link, inner.Input);

        public override PipeWriter Output => inner.Output;

        internal override Delivery? Delivery => link.Delivery;

        public override ValueTask DisposeAsync() => inner.DisposeAsync();

        protected override void OnAbort() => inner.Abort();
    }

    /// <summary>Fails where a cancelled read would only end.</summary>
    private sealed class BreakingReader(HeldLink link, PipeReader inner) : PipeReader
    {
        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            ValueTask<ReadResult> reading = inner.ReadAsync(cancellationToken);
            if (!reading.IsCompleted)
            {
                Volatile.Read(ref link._reading).TrySetResult();
            }

            try
            {
                ReadResult result = await reading;
                Volatile.Write(ref link._reading, NewEvent());
                return result;
            }
            catch (OperationCanceledException) when (link.IsResetWhenLeft)
            {
                throw new IOException("The other end has reset the connection.");
            }
        }

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }

    /// <summary>Tells when its writer has to wait.</summary>
    private sealed class WatchedWriter(PipeWriter inner, Action onWait) : PipeWriter
    {
        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            ValueTask<FlushResult> flush = inner.FlushAsync(cancellationToken);
            if (!flush.IsCompleted)
            {
                onWait();
            }

            return flush;
        }

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }
}
