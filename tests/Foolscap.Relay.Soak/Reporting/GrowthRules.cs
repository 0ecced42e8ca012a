using Foolscap.Relay.Soak.Processes;
using Foolscap.TestUtilities.Processes;

namespace Foolscap.Relay.Soak.Reporting;

/// <summary>How much a process may hold, compared with what it held before.</summary>
internal static class GrowthRules
{
    private const long MiB = 1024 * 1024;

    /// <summary>What a busy process may hold more than when it was warm: connections come and go, so this is coarse.</summary>
    private const long BusyMemory = 16 * MiB;
    private const int BusyHandles = 64;
    private const int BusyThreads = 16;

    /// <summary>What an idle process may hold more than before its work: the runtime opens some things when it first needs them.</summary>
    private const int IdleHandles = 5;

    /// <summary>What grew from when all was warm to the end of the work.</summary>
    public static IEnumerable<string> FindGrowth(ProcessWatch watch)
    {
        if (!watch.IsJudged || watch.At(Moment.Warm) is not ProcessFigures warm || watch.At(Moment.End) is not ProcessFigures end)
        {
            yield break;
        }

        if (end.Own > warm.Own + BusyMemory)
        {
            yield return $"{watch.Name}: memory grew from {warm} to {end}";
        }

        if (end.Handles > warm.Handles + BusyHandles)
        {
            yield return $"{watch.Name}: handles grew from {warm} to {end}";
        }

        if (end.Threads > warm.Threads + BusyThreads)
        {
            yield return $"{watch.Name}: threads grew from {warm} to {end}";
        }
    }

    /// <summary>Whether a process that is idle again has given its handles back.</summary>
    public static bool IsIdleAgain(ProcessWatch watch) =>
        !watch.IsJudged || watch.At(Moment.Before) is not ProcessFigures before || watch.Latest.Handles <= before.Handles + IdleHandles;

    /// <summary>What a process that is idle again has not given back.</summary>
    public static IEnumerable<string> FindLeaks(ProcessWatch watch)
    {
        if (!IsIdleAgain(watch))
        {
            yield return $"{watch.Name}: handles before the work: {watch.At(Moment.Before)}, and after it: {watch.Latest}";
        }
    }
}
