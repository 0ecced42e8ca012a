namespace Foolscap.Relay;

/// <summary>
/// What one stream has reserved of a <see cref="BufferBudget"/>. Whoever made it disposes it when the stream is over.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class BufferReservation : IDisposable
{
    private readonly Lock _gate = new();
    private readonly int _first;
    private long _growth;
    private bool _disposed;

    internal BufferReservation(BufferBudget budget, int first) => (Budget, _first) = (budget, first);

    internal BufferBudget Budget { get; }

    /// <summary>Gives everything back.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _disposed = true;
                Budget.Remove(_first, _growth);
            }
        }
    }

    /// <summary>Changes what is reserved; the first bytes always are.</summary>
    /// <returns>False if there is no room for that; then nothing changes.</returns>
    internal bool TryChange(long bytes)
    {
        lock (_gate)
        {
            long growth = Math.Max(0, bytes - _first);
            if (_disposed || !Budget.TryGrow(_growth, growth))
            {
                return false;
            }

            _growth = growth;
            return true;
        }
    }
}
