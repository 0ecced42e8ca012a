namespace Foolscap.Tubs.Tests.Connections;

/// <summary>A stream that takes bytes when a test lets it.</summary>
internal sealed class GatedStream : Stream
{
    private readonly Lock _gate = new();
    private readonly MemoryStream _written = new();
    private TaskCompletionSource _open = NewGate();
    private TaskCompletionSource _started = NewGate();

    /// <summary>The sizes of the writes so far.</summary>
    public List<int> Writes { get; } = [];

    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Completes when a write is under way.</summary>
    public Task WriteStarted
    {
        get
        {
            lock (_gate)
            {
                return _started.Task;
            }
        }
    }

    public byte[] Written
    {
        get
        {
            lock (_gate)
            {
                return _written.ToArray();
            }
        }
    }

    /// <summary>Lets the write that is under way, or the next one, go through.</summary>
    public void LetOneThrough() => Renew().TrySetResult();

    /// <summary>Lets the write that is under way, or the next one, fail.</summary>
    public void FailOne(Exception failure) => Renew().TrySetException(failure);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Task open;
        lock (_gate)
        {
            Writes.Add(buffer.Length);
            open = _open.Task;
            _started.TrySetResult();
        }

        await open;
        lock (_gate)
        {
            _written.Write(buffer.Span);
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static TaskCompletionSource NewGate() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TaskCompletionSource Renew()
    {
        lock (_gate)
        {
            TaskCompletionSource open = _open;
            _open = NewGate();
            _started = NewGate();
            return open;
        }
    }
}
