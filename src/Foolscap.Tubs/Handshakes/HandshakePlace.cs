namespace Foolscap.Tubs.Handshakes;

/// <summary>
/// The place of one connection's handshake in the line for turns, from which it takes all of its turns: so one that has
/// begun goes on before those that came later. Used by the handshake alone, which does one thing at a time.
/// </summary>
/// <param name="turns">The line.</param>
/// <param name="number">The smaller, the earlier.</param>
/// <param name="clock">Stands while it waits.</param>
internal sealed class HandshakePlace(HandshakeTurns turns, long number, NegotiationClock clock) : IThreadPoolWorkItem
{
    private TaskCompletionSource<bool>? _waiting;
    private bool _hasTurn;
    private bool _willHaveTurn;

    public long Number => number;

    public NegotiationClock Clock => clock;

    /// <summary>Takes a turn, if it has none.</summary>
    /// <returns>When it has one.</returns>
    /// <exception cref="OperationCanceledException">It does not wait any more, and has none.</exception>
    public ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        _hasTurn = _hasTurn || turns.TryEnter(this, static place => place._waiting = new TaskCompletionSource<bool>());
        return _hasTurn ? ValueTask.CompletedTask : WaitAsync(_waiting!, cancellationToken);
    }

    /// <summary>Gives its turn back, if it has one.</summary>
    public void Leave()
    {
        if (_hasTurn)
        {
            _hasTurn = false;
            turns.Leave();
        }
    }

    /// <summary>Ends its wait; called once, by whoever has taken it out of the line.</summary>
    internal void End(bool hasTurn)
    {
        _willHaveTurn = hasTurn;

        // Behind all other work that is there: however many handshakes there are, data that has come does not wait for more of
        // them than work at once.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute() => _waiting!.SetResult(_willHaveTurn);

    private async ValueTask WaitAsync(TaskCompletionSource<bool> waiting, CancellationToken cancellationToken)
    {
        clock.Stop();
        try
        {
            using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
                static place => ((HandshakePlace)place!).Withdraw(), this);
            _hasTurn = await waiting.Task.ConfigureAwait(false);
        }
        finally
        {
            clock.Go();
        }

        if (!_hasTurn)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private void Withdraw()
    {
        if (turns.Withdraw(this))
        {
            End(hasTurn: false);
        }
    }
}
