using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Tests.Connections;

/// <summary>A transport that takes what has gathered when a test lets it.</summary>
internal sealed class GatedWriter : IGatheringWriter
{
    private readonly Lock _gate = new();
    private readonly MemoryStream _gathered = new();
    private readonly MemoryStream _written = new();
    private TaskCompletionSource _open = NewGate();
    private TaskCompletionSource _started = NewGate();

    /// <summary>How much was sent each time.</summary>
    public List<int> Writes { get; } = [];

    /// <summary>Completes when something is being sent.</summary>
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

    /// <summary>Lets what is being sent go through. When nothing is, wait for <see cref="WriteStarted"/> first.</summary>
    public void LetOneThrough() => Renew().TrySetResult();

    /// <summary>Lets what is being sent fail. When nothing is, wait for <see cref="WriteStarted"/> first.</summary>
    public void FailOne(Exception failure) => Renew().TrySetException(failure);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        _gathered.Write(bytes.Span);
        return ValueTask.CompletedTask;
    }

    public async ValueTask FlushAsync()
    {
        byte[] gathered = _gathered.ToArray();
        _gathered.SetLength(0);
        Task open;
        lock (_gate)
        {
            Writes.Add(gathered.Length);
            open = _open.Task;
            _started.TrySetResult();
        }

        await open;
        lock (_gate)
        {
            _written.Write(gathered);
        }
    }

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
