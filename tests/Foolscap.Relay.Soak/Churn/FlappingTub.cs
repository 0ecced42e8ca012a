using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.Relay.Soak.Reporting;
using Foolscap.Relay.Soak.Streams;
using Foolscap.TestUtilities;
using Foolscap.TestUtilities.Processes;
using Foolscap.Tubs;

namespace Foolscap.Relay.Soak.Churn;

/// <summary>
/// A Tub that registers and takes that back, some times on one connection: it must be reachable when it is registered,
/// and unknown when it is not.
/// </summary>
internal sealed class FlappingTub(Furl registrar, int relayPort, StreamLedger ledger, StreamRunner runner, SoakCounters counters, Random random)
    : Churner("flapping Tub", counters, random, longestPause: TimeSpan.FromMilliseconds(500)), IDisposable
{
    private readonly TubCertificate _certificate = TubCertificate.Create();
    private PatternTarget? _target;

    public void Dispose() => _target?.Dispose();

    protected override async Task RunOnceAsync(CancellationToken stopping)
    {
        await using Tub tub = new(_certificate);
        _target ??= new PatternTarget(tub.TubId, ledger);
        Route route = new("flapping Tub", relayPort, tub.TubId, Disturbance.None);
        for (int flaps = Random.Next(1, 10); flaps > 0; flaps--)
        {
            await using (RelayClient client = RelayClient.Start(tub, [registrar], _target.EndPoint))
            {
                await client.WaitUntilRegisteredAsync(CancellationToken.None).WaitAsync(ProcessDeadlines.Attach, CancellationToken.None);
                await runner.RunAsync(route, StreamPlan.Make(StreamKind.BothWays, Random, upBytes: Random.Next(1, 1000), downBytes: Random.Next(1, 1000)));
            }

            await CheckUnknownAsync(tub.TubId);
            Counters.AddEvent("registered and taken back");
        }
    }

    private async Task CheckUnknownAsync(TubId tubId)
    {
        using PatternSocket socket = await PatternSocket.ConnectAsync(relayPort);
        Counters.AddConnection();
        await socket.SendAsync(CallerRequest.Make(tubId));
        string answer = await socket.ReceiveTextToEndAsync();
        if (!answer.StartsWith("HTTP/1.1 404 ", StringComparison.Ordinal))
        {
            Counters.AddError("flapping Tub: not unknown after its registration", answer);
        }
    }
}
