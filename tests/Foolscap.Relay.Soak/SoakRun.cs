using System.Diagnostics;
using Foolscap.Relay.Soak.Processes;
using Foolscap.Relay.Soak.Reporting;

namespace Foolscap.Relay.Soak;

/// <summary>What the runs have in common: they watch the programs, let them become idle again, and judge.</summary>
internal abstract class SoakRun(SoakOptions options)
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);

    protected SoakOptions Options => options;

    protected SoakCounters Counters { get; } = new();

    /// <summary>Whether the run is long enough that growth means anything.</summary>
    protected abstract bool JudgesGrowth { get; }

    /// <summary>Runs it.</summary>
    /// <returns>Whether all is well.</returns>
    public async Task<bool> RunAsync(CancellationToken stopping)
    {
        await using Stage stage = await Stage.StartAsync(options, Counters);
        await PrepareAsync(stage);
        MarkNow(stage.Watches, Moment.Before);
        SoakReport report = new(Counters, stage.Watches);
        report.PrintLine();

        await WorkAsync(stage, report, stopping);

        await BecomeIdleAsync(stage.Watches);
        MarkNow(stage.Watches, Moment.After);
        report.PrintLine();
        List<string> faults = [.. stage.Watches.SelectMany(GrowthRules.FindLeaks)];
        if (JudgesGrowth)
        {
            faults.AddRange(stage.Watches.SelectMany(GrowthRules.FindGrowth));
        }

        await stage.TerminateAsync();
        if (Counters.Errors > 0)
        {
            faults.Add($"{Counters.Errors} errors");
        }

        return report.PrintEnd(faults);
    }

    /// <summary>Puts on the stage what the run needs.</summary>
    protected abstract Task PrepareAsync(Stage stage);

    /// <summary>Does the work, and marks the moments in it.</summary>
    protected abstract Task WorkAsync(Stage stage, SoakReport report, CancellationToken stopping);

    protected static void Mark(IReadOnlyList<ProcessWatch> watches, Moment moment)
    {
        foreach (ProcessWatch watch in watches)
        {
            watch.Mark(moment);
        }
    }

    protected static void MarkNow(IReadOnlyList<ProcessWatch> watches, Moment moment)
    {
        foreach (ProcessWatch watch in watches)
        {
            watch.MarkNow(moment);
        }
    }

    /// <summary>Waits a moment, and takes a sample of each process.</summary>
    protected static async Task SampleAsync(IReadOnlyList<ProcessWatch> watches, CancellationToken stopping)
    {
        await Task.Delay(SampleInterval, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (ProcessWatch watch in watches)
        {
            watch.Sample();
        }
    }

    /// <summary>Waits until all handles are given back, or until they should have been.</summary>
    private static async Task BecomeIdleAsync(IReadOnlyList<ProcessWatch> watches)
    {
        Stopwatch waited = Stopwatch.StartNew();
        do
        {
            await SampleAsync(watches, CancellationToken.None);
        }
        while (!watches.All(GrowthRules.IsIdleAgain) && waited.Elapsed < Deadlines.Idle);
    }
}
