using Foolscap.Furls;
using Foolscap.Relay.Soak.Reporting;
using Foolscap.Relay.Soak.Streams;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Soak.Churn;

/// <summary>A Tub B that gets a reference to C through the relay, calls, is called back, sends and fetches, and goes.</summary>
internal sealed class VisitingTub(Route route, Furl furl, SoakCounters counters, Random random)
    : Churner($"Tub at {route.Name}", counters, random, longestPause: TimeSpan.FromMilliseconds(300))
{
    private const int MaxSize = 512 * 1024;

    private readonly TubCertificate _certificate = TubCertificate.Create();

    protected override async Task RunOnceAsync(CancellationToken stopping)
    {
        using CancellationTokenSource deadline = new(Deadlines.Stream);
        try
        {
            await using Tub tub = new(_certificate);
            Counters.AddConnection();
            using RemoteReference target = await tub.GetReferenceAsync(furl, deadline.Token);
            for (int calls = Random.Next(1, 6); calls > 0; calls--)
            {
                await ExchangeAsync(target, deadline.Token);
            }

            await BeCalledBackAsync(target, deadline.Token);
        }
        catch (FoolscapException exception) when (route.Disturbance != Disturbance.None && exception is ConnectionLostException or NegotiationException)
        {
            Counters.AddEvent($"disturbed: {exception.GetType().Name}");
        }
    }

    private async Task ExchangeAsync(RemoteReference target, CancellationToken deadline)
    {
        byte[] sent = BytePattern.Make(Random.Next(MaxSize), Random.Next());
        int seed = Random.Next();
        int count = Random.Next(MaxSize);
        Task<object?> echoing = target.CallAsync(TubTarget.Echo, [sent], deadline);
        byte[] made = await target.CallAsync<byte[]>(TubTarget.Make, [count, seed], deadline);
        if (await echoing is not byte[] echoed || !echoed.AsSpan().SequenceEqual(sent) || made.Length != count || !BytePattern.IsRight(made, seed))
        {
            Counters.AddError($"{route.Name}: wrong bytes", $"{sent.Length} bytes echoed, {count} made with seed {seed}");
            return;
        }

        Counters.AddTransfer((2 * sent.Length) + count);
    }

    private async Task BeCalledBackAsync(RemoteReference target, CancellationToken deadline)
    {
        long number = Random.Next();
        Referenceable bell = new Referenceable().On(TubTarget.Ring, call => call.Get<long>(0) + 1);
        if (await target.CallAsync<long>(TubTarget.Visit, [bell, number], deadline) != number + 1)
        {
            Counters.AddError($"{route.Name}: wrong answer", $"to the call back with {number}");
        }
    }
}
