namespace Foolscap.Tubs.Connections;

/// <summary>One call of this side as a task.</summary>
internal sealed class PendingCall : IAnswerReceiver
{
    // Whoever waits goes on elsewhere: the connection's reader must not run an application's code.
    private readonly TaskCompletionSource<object?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<object?> Answer => _answer.Task;

    public void OnAnswer(int tag, object? value)
    {
        if (!_answer.TrySetResult(value))
        {
            // Nobody waits any more, and nobody else would give a reference back before the garbage collector does.
            (value as RemoteReference)?.Dispose();
        }
    }

    public void OnFailure(int tag, Exception failure) => _answer.TrySetException(failure);

    public void Cancel(CancellationToken cancellationToken) => _answer.TrySetCanceled(cancellationToken);
}
