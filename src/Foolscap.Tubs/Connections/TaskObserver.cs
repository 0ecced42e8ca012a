namespace Foolscap.Tubs.Connections;

/// <summary>For tasks whose outcome nobody waits for any more.</summary>
internal static class TaskObserver
{
    /// <summary>Looks at the task's exception, if it comes to one, so that it is not reported as unobserved.</summary>
    public static void Observe(this Task task) => task.ContinueWith(
        static ended => _ = ended.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
