using Foolscap.Relay.Soak.Reporting;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Soak.Streams;

/// <summary>Runs one planned connection through the relay, asks the target how it ended there, and counts. Thread-safe.</summary>
internal sealed class StreamRunner(StreamLedger ledger, SoakCounters counters)
{
    public async Task RunAsync(Route route, StreamPlan plan)
    {
        ledger.Open(plan.Id);
        StreamOutcome caller = await StreamOutcome.OfAsync(() => CallAsync(route, plan));
        bool asPlanned = caller.Fault == StreamJudge.ExpectForCaller(plan);
        StreamOutcome target = await ledger.CloseAsync(
            plan.Id, mustCome: asPlanned && route.Disturbance == Disturbance.None && plan.Kind != StreamKind.Vanishes);
        if (StreamJudge.FindError(plan, route.Disturbance, caller, target) is string error)
        {
            counters.AddError($"{route.Name}: {error}", $"caller: {caller.Detail}; target: {target.Detail}; {plan}");
        }
        else if (caller.Fault == StreamFault.None && plan.Kind is StreamKind.BothWays or StreamKind.UpThenDown)
        {
            counters.AddTransfer(plan.UpBytes + plan.DownBytes);
        }
        else
        {
            counters.AddEvent(asPlanned ? plan.Kind.ToString() : $"disturbed: {caller.Fault}");
        }
    }

    private async Task CallAsync(Route route, StreamPlan plan)
    {
        using PatternSocket socket = await PatternSocket.ConnectAsync(route.RelayPort);
        counters.AddConnection();
        await socket.SendAsync(CallerRequest.Make(route.TubId));
        if (plan.Kind == StreamKind.Vanishes)
        {
            socket.Reset();
            return;
        }

        await socket.SendAsync(plan.ToBytes());
        if (plan.Kind == StreamKind.CallerResets)
        {
            await socket.ExchangeAsync(
                socket.SendPatternAsync(plan.Seed, plan.UpBytes / 2),
                socket.ReceivePatternAsync(plan.DownSeed, (plan.DownBytes + 1) / 2));
            socket.Reset();
            return;
        }

        await socket.ExchangeAsync(SendAllAsync(socket, plan), ReceiveAllAsync(socket, plan));
    }

    private static async Task SendAllAsync(PatternSocket socket, StreamPlan plan)
    {
        await socket.SendPatternAsync(plan.Seed, plan.UpBytes);
        socket.End();
    }

    private static async Task ReceiveAllAsync(PatternSocket socket, StreamPlan plan)
    {
        await socket.ReceivePatternAsync(plan.DownSeed, plan.DownBytes);
        await socket.ReceiveEndAsync();
    }
}
