namespace Foolscap.TestUtilities.Processes;

/// <summary>After which times a program counts as hanging. All are far longer than it takes on a busy machine.</summary>
public static class ProcessDeadlines
{
    /// <summary>A program's start, and its end.</summary>
    public static readonly TimeSpan Process = TimeSpan.FromSeconds(60);

    /// <summary>A client's way back to the relay: the longest backoff is 30 s, and some jitter.</summary>
    public static readonly TimeSpan Attach = TimeSpan.FromSeconds(90);
}
