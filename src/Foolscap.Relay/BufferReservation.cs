namespace Foolscap.Relay;

/// <summary>
/// What one stream has reserved of a <see cref="BufferBudget"/>. Whoever made it disposes it when the stream is over.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class BufferReservation : IDisposable
{
    private readonly Lock _gate = new();
    private long _bytes;
    private bool _disposed;

    internal BufferReservation(BufferBudget budget, long bytes) => (Budget, _bytes) = (budget, bytes);

    internal BufferBudget Budget { get; }

    /// <summary>Gives everything back.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _disposed = true;
                Budget.RemoveStream(_bytes);
            }
        }
    }

    /// <summary>Changes what is reserved.</summary>
    /// <returns>False if there is no room for that; then nothing changes.</returns>
    internal bool TryChange(long bytes)
    {
        lock (_gate)
        {
            if (_disposed || !Budget.TryChange(bytes - _bytes))
            {
                return false;
            }

            _bytes = bytes;
            return true;
        }
    }
}
