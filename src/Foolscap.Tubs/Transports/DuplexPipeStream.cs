using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Foolscap.Tubs.Transports;

/// <summary>A connection as the stream that <see cref="System.Net.Security.SslStream"/> wants under it.</summary>
internal sealed class DuplexPipeStream(TransportConnection connection) : Stream
{
    private long _taken;

    /// <summary>How many bytes the transport has taken so far.</summary>
    public long TakenBytes => Volatile.Read(ref _taken);

    /// <summary>What the other end's host has of them; none where that is not known.</summary>
    public Delivery? Delivery => connection.Delivery;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (connection.IsAborted)
        {
            // A pipe forgets that a read was cancelled if a token cancelled it at the same moment.
            throw new IOException("The connection was aborted.");
        }

        PipeReader input = connection.Input;
        ReadResult result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (result.IsCanceled)
        {
            throw new IOException("The connection was aborted.");
        }

        // A read into no buffer waits for data and takes none: that is how an idle connection holds no memory.
        long length = Math.Min(buffer.Length, result.Buffer.Length);
        ReadOnlySequence<byte> taken = result.Buffer.Slice(0, length);
        taken.CopyTo(buffer.Span);
        input.AdvanceTo(taken.End);
        return (int)length;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        FlushResult result = await connection.Output.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new IOException(result.IsCanceled ? "The connection was aborted." : "The other end does not read any more.");
        }

        Volatile.Write(ref _taken, _taken + buffer.Length);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
