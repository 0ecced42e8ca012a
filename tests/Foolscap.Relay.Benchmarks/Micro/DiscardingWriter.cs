using System.IO.Pipelines;

namespace Foolscap.Relay.Benchmarks.Micro;

/// <summary>A local connection that takes everything at once.</summary>
internal sealed class DiscardingWriter : PipeWriter
{
    private readonly byte[] _buffer = new byte[128 * 1024];
    private readonly MemoryStream _last = new();

    public long Total { get; private set; }

    /// <summary>Whether the last 64 KiB are kept.</summary>
    public bool KeepsLast { get; set; } = true;

    public byte[] Last => _last.ToArray()[^RelayProtocol.MaxWriteSize..];

    public override void Advance(int bytes) => Take(_buffer.AsSpan(0, bytes));

    public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

    public override Span<byte> GetSpan(int sizeHint = 0) => _buffer;

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        Take(source.Span);
        return default;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => default;

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        Total += bytes.Length;
        if (KeepsLast)
        {
            _last.Write(bytes);
        }
    }
}
