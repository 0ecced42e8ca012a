namespace Foolscap.Relay.Server.Admission;

/// <summary>
/// How many connections are offered to one Tub at once (<see cref="RelayLimits.MaxPendingAcceptsPerTub"/>); others wait, first
/// come, first served. Own code, because a semaphore cannot be given another limit. Thread-safe.
/// </summary>
internal sealed class AcceptPlaces(CurrentLimits limits)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = new();
    private int _taken;

    /// <summary>Waits for a place.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled; no place is taken.</exception>
    public Task EnterAsync(CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource> waiter;
        lock (_gate)
        {
            if (_waiting.Count == 0 && HasRoom)
            {
                _taken++;
                return Task.CompletedTask;
            }

            waiter = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            Grant(); // The limit may have been raised.
        }

        return WaitAsync(waiter, cancellationToken);
    }

    /// <summary>Gives a place back.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _taken--;
            Grant();
        }
    }

    private bool HasRoom => _taken < limits.Value.MaxPendingAcceptsPerTub;

    private void Grant()
    {
        while (HasRoom && _waiting.First is LinkedListNode<TaskCompletionSource> first)
        {
            _waiting.RemoveFirst();
            _taken += first.Value.TrySetResult() ? 1 : 0;
        }
    }

    private async Task WaitAsync(LinkedListNode<TaskCompletionSource> waiter, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (waiting, token) => ((TaskCompletionSource)waiting!).TrySetCanceled(token), waiter.Value);
        try
        {
            await waiter.Value.Task.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                waiter.List?.Remove(waiter);
            }

            throw;
        }
    }
}
