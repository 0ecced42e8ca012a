using Foolscap.TestUtilities;

namespace Foolscap.Relay.Tests.Support;

/// <summary>Waits that end: what does not come in time fails the test, which then says what was missing.</summary>
internal static class Waiting
{
    public static async Task Within(this Task task, string missing)
    {
        try
        {
            await task.WaitAsync(TestTime.Limit);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw Missing(missing);
        }
    }

    public static async Task<T> Within<T>(this Task<T> task, string missing)
    {
        await ((Task)task).Within(missing);
        return await task;
    }

    public static Task<T> Within<T>(this ValueTask<T> task, string missing) => task.AsTask().Within(missing);

    public static Task Within(this ValueTask task, string missing) => task.AsTask().Within(missing);

    public static AssertionException Missing(string missing) => new($"Still missing after {TestTime.Limit}: {missing}.");
}
