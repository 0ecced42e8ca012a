namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>Every wait of these tests has this limit, and says what was missing when it is over.</summary>
internal static class Waiting
{
    /// <summary>Far longer than any step takes on a busy machine of two cores.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task For(this Task task, string what)
    {
        try
        {
            await task.WaitAsync(Limit);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"Missing after {Limit.TotalSeconds:0} s: {what}.", exception);
        }
    }

    public static async Task<T> For<T>(this Task<T> task, string what)
    {
        await ((Task)task).For(what);
        return await task;
    }

    /// <summary>Waits for the cancellation of a token.</summary>
    public static async Task For(this CancellationToken token, string what)
    {
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = token.Register(() => cancelled.TrySetResult());
        await cancelled.Task.For(what);
    }
}
