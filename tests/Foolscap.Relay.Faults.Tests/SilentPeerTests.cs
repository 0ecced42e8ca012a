using Foolscap.Relay.Faults.Tests.Fixtures;
using Foolscap.Relay.Faults.Tests.Programs;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Relay.Interop.Tests.Raw;

namespace Foolscap.Relay.Faults.Tests;

/// <summary>Peers that connect, and say nothing or next to nothing, beside a working transfer.</summary>
internal sealed class SilentPeerTests
{
    private const int AtOnce = 64;
    private const string Refusal = @"\AHTTP/1\.1 (408 Request Timeout|503 Service Unavailable): [^\r\n]+\r\n\r\n\z";

    private readonly List<RawSocket> _peers = [];

    [TearDown]
    public void DropPeers()
    {
        _peers.ForEach(peer => peer.Dispose());
        _peers.Clear();
    }

    [Test]
    public async Task TwoThousandPeersThatSayNothing_TransferGoesOn_AndANewCallerIsServed()
    {
        await using FaultyRoute route = await FaultyRoute.StartAsync();
        await route.WarmUpAsync();
        RunningTransfer beside = await route.StartTransferAsync();

        await ConnectAsync(route, 2000);
        await beside.WaitForProgressAsync(4 * Figures.MiB);
        await route.TransferAsync();
        TestContext.Out.WriteLine($"the relay, with all of them: {Figures.Of(route.Relay)}");
        DropPeers();

        await beside.WaitForProgressAsync(Figures.MiB);
        await beside.FinishAsync();
        await route.CheckRecoveredAsync();
    }

    [Test]
    public async Task TwoHundredPeersThatSendOneByteASecond_AreToldInTime_AndTheTransferGoesOn()
    {
        await using FaultyRoute route = await FaultyRoute.StartAsync(shortTimes: true);
        await route.WarmUpAsync();
        RunningTransfer beside = await route.StartTransferAsync();

        await ConnectAsync(route, 200);
        using CancellationTokenSource enough = new();
        Task trickle = TrickleAsync(RawSocket.MakeRequest(FaultyRoute.TubId), enough.Token);
        Task<string[]> told = Task.WhenAll(_peers.Select(peer => peer.ReceiveTextToEndAsync()));
        await route.TransferAsync();
        string[] answers = await told.For("the relay's answers to 200 slow peers");
        await enough.CancelAsync();
        await trickle;

        TestContext.Out.WriteLine($"The relay gave each of them {ShortTimes.Header.TotalSeconds} s.");
        Assert.That(answers, Is.All.Match(Refusal));
        DropPeers();
        await beside.WaitForProgressAsync(Figures.MiB);
        await beside.FinishAsync();
        await route.CheckRecoveredAsync();
    }

    private async Task ConnectAsync(FaultyRoute route, int count)
    {
        while (_peers.Count < count)
        {
            _peers.AddRange(await Task.WhenAll(Enumerable.Range(0, Math.Min(AtOnce, count - _peers.Count))
                .Select(_ => RawSocket.ConnectAsync(route.RelayEndPoint))));
        }
    }

    /// <summary>Sends one byte a second to each peer's connection, for as long as it takes any.</summary>
    private async Task TrickleAsync(byte[] request, CancellationToken enough)
    {
        using PeriodicTimer seconds = new(TimeSpan.FromSeconds(1));
        for (int i = 0; i < request.Length; i++)
        {
            foreach (RawSocket peer in _peers)
            {
                peer.Socket.Send(request, i, 1, System.Net.Sockets.SocketFlags.None, out _); // an error means that it is over
            }

            try
            {
                await seconds.WaitForNextTickAsync(enough);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
