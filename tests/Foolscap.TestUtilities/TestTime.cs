namespace Foolscap.TestUtilities;

/// <summary>The one real-time limit of all tests: what takes longer hangs. It never makes a test right, only short.</summary>
public static class TestTime
{
    /// <summary>Far longer than anything takes on a busy machine.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>A token that cuts a hanging test.</summary>
    public static CancellationToken Token => new CancellationTokenSource(Limit).Token;

    /// <summary>Waits for a task that must complete.</summary>
    /// <exception cref="TimeoutException">It hangs.</exception>
    public static Task WithinLimit(this Task task) => task.WaitAsync(Limit);

    /// <inheritdoc cref="WithinLimit(Task)"/>
    public static Task<T> WithinLimit<T>(this Task<T> task) => task.WaitAsync(Limit);

    /// <inheritdoc cref="WithinLimit(Task)"/>
    public static Task WithinLimit(this ValueTask task) => task.AsTask().WaitAsync(Limit);

    /// <inheritdoc cref="WithinLimit(Task)"/>
    public static Task<T> WithinLimit<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Limit);

    /// <summary>Waits for a cancellation that must come.</summary>
    /// <exception cref="TimeoutException">It does not come.</exception>
    public static async Task CancelledWithinLimit(this CancellationToken token)
    {
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = token.Register(() => cancelled.TrySetResult());
        await cancelled.Task.WithinLimit();
    }
}
