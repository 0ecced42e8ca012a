namespace Foolscap.Tubs.Connections;

/// <summary>One call of this side as a task.</summary>
internal sealed class PendingCall : IAnswerReceiver
{
    // Whoever waits goes on elsewhere: the connection's reader must not run an application's code.
    private readonly TaskCompletionSource<object?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<object?> Answer => _answer.Task;

    public void OnAnswer(int tag, object? value) => _answer.TrySetResult(value);

    public void OnFailure(int tag, Exception failure) => _answer.TrySetException(failure);

    public void Cancel(CancellationToken cancellationToken) => _answer.TrySetCanceled(cancellationToken);
}
