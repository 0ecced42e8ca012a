using Foolscap.Relay.Soak.Processes;
using Foolscap.Relay.Soak.Reporting;
using Foolscap.Relay.Soak.Streams;

namespace Foolscap.Relay.Soak;

/// <summary>Makes a number of connections, each with a short transfer both ways, as fast as it goes.</summary>
internal sealed class ConnectionsRun(SoakOptions options, int connections) : SoakRun(options)
{
    private const int AtOnce = 16;
    private const int MaxBytes = 2000;

    /// <summary>Below so many, what grows is the runtime that warms up.</summary>
    private const int EnoughToJudgeMemory = 10_000;

    private Route? _route;
    private int _left;

    protected override bool JudgesGrowth => connections >= EnoughToJudgeMemory;

    protected override async Task PrepareAsync(Stage stage) => (_route, _) = await stage.AddPatternTargetAsync("client", Disturbance.None);

    protected override async Task WorkAsync(Stage stage, SoakReport report, CancellationToken stopping)
    {
        int warmingUp = connections / 10;
        await MakeAsync(stage.Runner, warmingUp, stopping);
        MarkNow(stage.Watches, Moment.Warm);
        report.PrintLine();

        TimeSpan nextLine = report.Elapsed + Options.Interval;
        Task making = MakeAsync(stage.Runner, connections - warmingUp, stopping);
        while (!making.IsCompleted)
        {
            await SampleAsync(stage.Watches, stopping);
            if (report.Elapsed >= nextLine)
            {
                nextLine += Options.Interval;
                report.PrintLine();
            }
        }

        await making;
        MarkNow(stage.Watches, Moment.End);
    }

    private Task MakeAsync(StreamRunner runner, int count, CancellationToken stopping)
    {
        _left = count;
        return Task.WhenAll(Enumerable.Range(0, AtOnce).Select(i => Task.Run(() => MakeAsync(runner, new Random(i), stopping), CancellationToken.None)));
    }

    private async Task MakeAsync(StreamRunner runner, Random random, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested && Interlocked.Decrement(ref _left) >= 0)
        {
            await runner.RunAsync(_route!, StreamPlan.Make(StreamKind.BothWays, random, random.Next(1, MaxBytes), random.Next(1, MaxBytes)));
        }
    }
}
