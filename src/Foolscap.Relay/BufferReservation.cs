namespace Foolscap.Relay;

/// <summary>
/// What one stream has reserved of a <see cref="BufferBudget"/>. Whoever made it disposes it when the stream is over.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class BufferReservation : IDisposable
{
    private readonly Lock _gate = new();
    private long _growth;
    private bool _disposed;

    internal BufferReservation(BufferBudget budget, int first) => (Budget, First) = (budget, first);

    internal BufferBudget Budget { get; }

    /// <summary>How many bytes are reserved from the beginning to the end.</summary>
    internal int First { get; }

    /// <summary>Gives everything back.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _disposed = true;
                Budget.Remove(First, _growth);
            }
        }
    }

    /// <summary>Changes what is reserved; the first bytes always are.</summary>
    /// <returns>False if there is no room for that; then nothing changes.</returns>
    internal bool TryChange(long bytes)
    {
        lock (_gate)
        {
            long growth = Math.Max(0, bytes - First);
            if (_disposed || !Budget.TryGrow(_growth, growth))
            {
                return false;
            }

            _growth = growth;
            return true;
        }
    }
}
