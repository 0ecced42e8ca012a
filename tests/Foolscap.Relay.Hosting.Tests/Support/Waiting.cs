namespace Foolscap.Relay.Hosting.Tests.Support;

/// <summary>Waits for what another thread brings about and nothing tells of.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Looks again and again until something holds.</summary>
    /// <exception cref="TimeoutException">It does not within the deadline of a busy machine.</exception>
    public static async Task UntilAsync(Func<bool> holds, string what)
    {
        using PeriodicTimer timer = new(Interval);
        using CancellationTokenSource timeout = new(TestHost.Deadline);
        try
        {
            while (!holds())
            {
                await timer.WaitForNextTickAsync(timeout.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"In {TestHost.Deadline.TotalSeconds} s it did not come about that {what}.");
        }
    }
}
