using System.Net;
using System.Net.Sockets;
using Foolscap.Furls;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Soak.Streams;

/// <summary>A server in place of the Tub C, which does on each connection what the caller's plan says.</summary>
internal sealed class PatternTarget : IDisposable
{
    private readonly LoopbackListener _listener;
    private readonly byte[] _request;
    private readonly StreamLedger _ledger;

    /// <summary>Starts a server.</summary>
    /// <param name="tubId">Whom all requests must name.</param>
    /// <param name="ledger">Where it reports.</param>
    public PatternTarget(TubId tubId, StreamLedger ledger)
    {
        _request = CallerRequest.Make(tubId);
        _ledger = ledger;
        _listener = new LoopbackListener(ServeAsync);
    }

    public IPEndPoint EndPoint => _listener.EndPoint;

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(Socket accepted)
    {
        using PatternSocket socket = new(accepted);
        StreamPlan? plan = null;
        StreamOutcome outcome = await StreamOutcome.OfAsync(async () =>
        {
            byte[] request = await socket.ReceiveExactlyAsync(_request.Length);
            plan = StreamPlan.Read(await socket.ReceiveExactlyAsync(StreamPlan.Length));
            _ledger.Begin(plan.Id);
            if (!request.AsSpan().SequenceEqual(_request))
            {
                throw new StreamFaultException(StreamFault.WrongBytes, "the request differs");
            }

            await RunAsync(socket, plan);
        });
        if (plan is not null)
        {
            _ledger.End(plan.Id, outcome);
        }
    }

    private static async Task RunAsync(PatternSocket socket, StreamPlan plan)
    {
        switch (plan.Kind)
        {
            case StreamKind.UpThenDown:
                await ReceiveAllAsync(socket, plan);
                await SendAllAsync(socket, plan);
                break;
            case StreamKind.TargetResets:
                await socket.ExchangeAsync(
                    socket.SendPatternAsync(plan.DownSeed, (plan.DownBytes + 1) / 2),
                    socket.ReceivePatternAsync(plan.Seed, (plan.UpBytes + 1) / 2));
                socket.Reset();
                break;
            default:
                await socket.ExchangeAsync(SendAllAsync(socket, plan), ReceiveAllAsync(socket, plan));
                break;
        }
    }

    private static async Task SendAllAsync(PatternSocket socket, StreamPlan plan)
    {
        await socket.SendPatternAsync(plan.DownSeed, plan.DownBytes);
        socket.End();
    }

    private static async Task ReceiveAllAsync(PatternSocket socket, StreamPlan plan)
    {
        await socket.ReceivePatternAsync(plan.Seed, plan.UpBytes);
        await socket.ReceiveEndAsync();
    }
}
