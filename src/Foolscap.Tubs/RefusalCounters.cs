namespace Foolscap.Tubs;

/// <summary>
/// Counts refusals by their reason, and tells for which of them a line in the log is due: a flood of refusals must not
/// become a flood of lines. Thread-safe, and nothing is allocated for a refusal.
/// </summary>
/// <typeparam name="TReason">The reasons: an enumeration with the values 0 to N - 1.</typeparam>
/// <param name="timeProvider">The clock.</param>
public sealed class RefusalCounters<TReason>(TimeProvider timeProvider)
    where TReason : struct, Enum
{
    /// <summary>How often a reason is logged at most.</summary>
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly TReason[] _reasons = Enum.GetValues<TReason>();
    private readonly long[] _counts = new long[Enum.GetValues<TReason>().Length];
    private readonly long[] _logged = new long[Enum.GetValues<TReason>().Length];
    private readonly long?[] _loggedAt = new long?[Enum.GetValues<TReason>().Length];

    /// <summary>How many there were of each reason since the start; reasons without a refusal are there with 0.</summary>
    public IReadOnlyDictionary<TReason, long> Counts
    {
        get
        {
            lock (_gate)
            {
                return _reasons.ToDictionary(reason => reason, reason => _counts[Index(reason)]);
            }
        }
    }

    /// <summary>Counts one refusal.</summary>
    /// <param name="reason">Its reason.</param>
    /// <param name="sinceLastLine">If a line is due: how many refusals of this reason it stands for, this one included.</param>
    /// <returns>Whether a line in the log is due.</returns>
    public bool Count(TReason reason, out long sinceLastLine)
    {
        int index = Index(reason);
        lock (_gate)
        {
            sinceLastLine = ++_counts[index] - _logged[index];
            if (_loggedAt[index] is long last && timeProvider.GetElapsedTime(last) < LogInterval)
            {
                return false;
            }

            _logged[index] = _counts[index];
            _loggedAt[index] = timeProvider.GetTimestamp();
            return true;
        }
    }

    private int Index(TReason reason) => Array.IndexOf(_reasons, reason);
}
