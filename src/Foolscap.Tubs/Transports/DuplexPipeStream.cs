using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Foolscap.Tubs.Transports;

/// <summary>A connection as the stream that <see cref="System.Net.Security.SslStream"/> wants under it.</summary>
internal sealed class DuplexPipeStream(TransportConnection connection) : AsyncStream
{
    /// <summary>What leaves in one piece: one system call for three records and more, instead of one for each.</summary>
    private const int GatherSize = 64 * 1024;

    // The reader of a session writes as well, when the other end wants new keys.
    private readonly SemaphoreSlim _writing = new(1);

    private byte[]? _gathered;
    private int _gatheredCount;
    private volatile bool _isGathering;
    private long _taken;

    /// <summary>How many bytes the transport has taken so far.</summary>
    public long TakenBytes => Volatile.Read(ref _taken);

    /// <summary>Whether records wait until there are many of them, or <see cref="SendGatheredAsync"/> is called.</summary>
    public bool IsGathering
    {
        get => _isGathering;
        set => _isGathering = value;
    }

    /// <summary>What the other end's host has of them; none where that is not known.</summary>
    public Delivery? Delivery => connection.Delivery;

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

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!IsGathering || _gatheredCount + buffer.Length > GatherSize)
            {
                await SendGatheredLockedAsync(cancellationToken).ConfigureAwait(false);
            }

            if (!IsGathering || buffer.Length > GatherSize)
            {
                await SendAsync(buffer, cancellationToken).ConfigureAwait(false);
                return;
            }

            _gathered ??= ArrayPool<byte>.Shared.Rent(GatherSize);
            buffer.CopyTo(_gathered.AsMemory(_gatheredCount));
            _gatheredCount += buffer.Length;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Sends the records that have gathered.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendGatheredAsync()
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            await SendGatheredLockedAsync(CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendGatheredLockedAsync(CancellationToken cancellationToken)
    {
        if (_gathered is not byte[] gathered)
        {
            return;
        }

        int count = _gatheredCount;
        (_gathered, _gatheredCount) = (null, 0);
        try
        {
            await SendAsync(gathered.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(gathered);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        FlushResult result = await connection.Output.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new IOException(result.IsCanceled ? "The connection was aborted." : "The other end does not read any more.");
        }

        Volatile.Write(ref _taken, _taken + bytes.Length);
    }
}
