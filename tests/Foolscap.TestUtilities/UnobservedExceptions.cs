namespace Foolscap.TestUtilities;

/// <summary>Exceptions of tasks that nobody has looked at, which the collector reports to the process.</summary>
public static class UnobservedExceptions
{
    /// <summary>Runs something, and collects what it leaves behind.</summary>
    /// <param name="mark">What stands in the exceptions that are meant: other tests may leave some as well.</param>
    /// <param name="run">What to run. Tasks that its caller still refers to are not reported.</param>
    public static async Task<IReadOnlyList<string>> CollectAsync(string mark, Func<Task> run)
    {
        ArgumentNullException.ThrowIfNull(run);
        List<string> unobserved = [];
        void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            if (e.Exception.ToString().Contains(mark, StringComparison.Ordinal))
            {
                unobserved.Add(e.Exception.Message);
            }
        }

        TaskScheduler.UnobservedTaskException += OnUnobserved;
        try
        {
            await run();
            for (int i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= OnUnobserved;
        }

        return unobserved;
    }
}
