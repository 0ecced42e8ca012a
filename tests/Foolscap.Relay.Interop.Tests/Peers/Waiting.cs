namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>Every wait of these tests has this limit, and says what was missing when it is over.</summary>
internal static class Waiting
{
    /// <summary>Far longer than any step takes on a busy machine of two cores.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>For a program that works for half a minute where nothing else runs.</summary>
    public static readonly TimeSpan ProgramLimit = TimeSpan.FromMinutes(5);

    public static Task For(this Task task, string what) => task.For(what, Limit);

    public static async Task For(this Task task, string what, TimeSpan limit)
    {
        try
        {
            await task.WaitAsync(limit);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"Missing after {limit.TotalSeconds:0} s: {what}.", exception);
        }
    }

    /// <summary>Waits until something is so of which no event tells: what the kernel says of a process, say.</summary>
    /// <param name="condition">Whether it is so.</param>
    /// <param name="describe">What is missing, with how it stands.</param>
    public static async Task UntilAsync(Func<bool> condition, Func<string> describe)
    {
        using PeriodicTimer looks = new(TimeSpan.FromMilliseconds(20));
        long start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Limit)
            {
                throw new TimeoutException($"Missing after {Limit.TotalSeconds:0} s: {describe()}.");
            }

            await looks.WaitForNextTickAsync();
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
