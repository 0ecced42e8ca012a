using Foolscap.Furls;
using Foolscap.Relay.Soak.Churn;
using Foolscap.Relay.Soak.Processes;
using Foolscap.Relay.Soak.Reporting;
using Foolscap.Relay.Soak.Streams;
using Foolscap.TestUtilities.Processes;

namespace Foolscap.Relay.Soak;

/// <summary>Churns everything at once for some minutes.</summary>
internal sealed class ChurnRun(SoakOptions options) : SoakRun(options)
{
    private const int CallersOfEach = 3;
    private const int SilentCallers = 6;

    private static readonly TimeSpan FirstMinute = TimeSpan.FromMinutes(1);

    private readonly List<Churner> _churners = [];
    private int _randoms;

    private TimeSpan Duration => TimeSpan.FromMinutes(Options.Minutes);

    protected override bool JudgesGrowth => Duration >= 2 * FirstMinute;

    protected override async Task PrepareAsync(Stage stage)
    {
        (Route steady, _) = await stage.AddPatternTargetAsync("steady", Disturbance.None);
        AddCallers(stage, steady);

        CuttableLink link = stage.Keep(new CuttableLink(stage.RelayPort));
        (Route cut, AttachedClient cutClient) = await stage.AddPatternTargetAsync("cut", Disturbance.Cut, link);
        AddCallers(stage, cut);
        _churners.Add(new LinkCutter(cut.Name, link, cutClient, Counters, NextRandom()));

        (Route killed, AttachedClient killedClient) = await stage.AddPatternTargetAsync("killed", Disturbance.Killed);
        AddCallers(stage, killed);
        _churners.Add(new ClientKiller(killed.Name, killedClient, Counters, NextRandom()));

        (Route steadyTub, Furl steadyFurl, _) = await stage.AddTubTargetAsync("steady-tub", Disturbance.None);
        AddVisitors(steadyTub, steadyFurl);

        (Route killedTub, Furl killedFurl, AttachedClient killedTubClient) = await stage.AddTubTargetAsync("killed-tub", Disturbance.Killed);
        AddVisitors(killedTub, killedFurl);
        _churners.Add(new ClientKiller(killedTub.Name, killedTubClient, Counters, NextRandom()));

        _churners.Add(new LostCaller(stage.RelayPort, Counters, NextRandom()));
        _churners.AddRange(Enumerable.Range(0, SilentCallers).Select(_ => new SilentCaller(stage.RelayPort, Counters, NextRandom())));
        _churners.Add(stage.Keep(new FlappingTub(stage.Registrar, stage.RelayPort, stage.Ledger, stage.Runner, Counters, NextRandom())));
    }

    protected override async Task WorkAsync(Stage stage, SoakReport report, CancellationToken stopping)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        over.CancelAfter(Duration);
        Task churning = Task.WhenAll(_churners.Select(churner => Task.Run(() => churner.RunAsync(over.Token), CancellationToken.None)));
        TimeSpan warm = Duration / 2 < FirstMinute ? Duration / 2 : FirstMinute;
        TimeSpan nextLine = Options.Interval;
        bool isWarm = false;
        while (!over.IsCancellationRequested)
        {
            await SampleAsync(stage.Watches, over.Token);
            if (!isWarm && report.Elapsed >= warm)
            {
                isWarm = true;
                Mark(stage.Watches, Moment.Warm);
            }

            if (report.Elapsed >= nextLine)
            {
                nextLine += Options.Interval;
                report.PrintLine();
            }
        }

        Mark(stage.Watches, Moment.End);
        await churning;
    }

    private void AddCallers(Stage stage, Route route)
    {
        for (int i = 0; i < CallersOfEach; i++)
        {
            _churners.Add(new ChurningCaller(route, stage.Runner, Counters, NextRandom()));
        }
    }

    private void AddVisitors(Route route, Furl furl)
    {
        for (int i = 0; i < CallersOfEach; i++)
        {
            _churners.Add(new VisitingTub(route, furl, Counters, NextRandom()));
        }
    }

    /// <summary>A source of chance for one churner, which depends on the seed and its number only.</summary>
    private Random NextRandom() => new(unchecked((Options.Seed * 1000) + _randoms++));
}
