using System.Threading.Tasks.Sources;

namespace Foolscap.Tubs.Transports;

/// <summary>
/// What one end of an <see cref="InProcessLane"/> waits for, one wait at a time, without an allocation for each. Whoever
/// waits goes on by a thread of its own: the other end's must not do this end's work.
/// </summary>
/// <param name="gate">The lane's lock, which is held by whoever calls.</param>
internal sealed class LaneWait(Lock gate) : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _onCancelled;
    private CancellationToken _token;
    private bool _isWaiting;

    /// <summary>Waits for <see cref="End"/>; the lock is held.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (_isWaiting)
        {
            throw new InvalidOperationException("Somebody waits for this already.");
        }

        _core.Reset();
        _isWaiting = true;
        _token = cancellationToken;

        // With a token that is cancelled already it is called here, where the lock may be entered once more.
        _onCancelled = cancellationToken.UnsafeRegister(static self => ((LaneWait)self!).Cancel(), this);
        return new ValueTask(this, _core.Version);
    }

    /// <summary>Ends the wait, if there is one; the lock is held.</summary>
    public void End()
    {
        if (_isWaiting)
        {
            _isWaiting = false;
            _core.SetResult(true);
        }
    }

    public void GetResult(short token)
    {
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            // Behind it no cancellation of this wait can come and end the next one.
            _onCancelled.Dispose();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel()
    {
        lock (gate)
        {
            if (_isWaiting)
            {
                _isWaiting = false;
                _core.SetException(new OperationCanceledException(_token));
            }
        }
    }
}
