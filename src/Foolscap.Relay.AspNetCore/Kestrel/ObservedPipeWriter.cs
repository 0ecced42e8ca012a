using System.IO.Pipelines;

namespace Foolscap.Relay.AspNetCore.Kestrel;

/// <summary>Another writer, of which is known whether it has been completed without an error.</summary>
internal sealed class ObservedPipeWriter(PipeWriter inner) : PipeWriter
{
    private volatile bool _isOrderlyCompleted;

    /// <summary>Whether all that was written is to be sent, and then the end.</summary>
    public bool IsOrderlyCompleted => _isOrderlyCompleted;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override void Advance(int bytes) => inner.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(source, cancellationToken);

    public override void Complete(Exception? exception = null)
    {
        _isOrderlyCompleted |= exception is null;
        inner.Complete(exception);
    }

    public override ValueTask CompleteAsync(Exception? exception = null)
    {
        _isOrderlyCompleted |= exception is null;
        return inner.CompleteAsync(exception);
    }
}
