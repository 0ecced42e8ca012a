using Foolscap.Relay.Soak.Reporting;
using Foolscap.Relay.Soak.Streams;

namespace Foolscap.Relay.Soak.Churn;

/// <summary>Connects through the relay, with raw sockets on both ends, to whatever plan is drawn.</summary>
internal sealed class ChurningCaller(Route route, StreamRunner runner, SoakCounters counters, Random random)
    : Churner($"caller of {route.Name}", counters, random, longestPause: TimeSpan.FromMilliseconds(route.Disturbance == Disturbance.None ? 40 : 200))
{
    protected override Task RunOnceAsync(CancellationToken stopping) => runner.RunAsync(route, StreamPlan.Draw(Random));
}
