using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Relay.Interop.Tests.Raw;
using Foolscap.Relay.Interop.Tests.Samples;
using Foolscap.Relay.Server;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests;

/// <summary>Direct connections over real sockets: what carries a stream, what it outlives, and what it costs strangers to try.</summary>
internal sealed class DirectConnectionTests
{
    [Test]
    public async Task Relay_OfThisRepository_CarriesAllByDirectConnections([Values] Language b, [Values] Language c)
    {
        await using PeerFactory peers = new();
        CSharpRelay relay = peers.Keep(new CSharpRelay(direct: true));
        await RunAsync(peers, relay, Language.CSharp, b, c);
        Assert.That(relay.Server.Statistics.TotalDirectStreams, Is.EqualTo(relay.Server.Statistics.TotalStreams).And.Positive);
    }

    [Test]
    public async Task Client_InPython_KnowsNothingOfThem_AndIsServedAsEver()
    {
        await using PeerFactory peers = new();
        CSharpRelay relay = peers.Keep(new CSharpRelay(direct: true));
        await RunAsync(peers, relay, Language.Python, Language.Python, Language.CSharp);
        Assert.That(relay.Server.Statistics.TotalDirectStreams, Is.Zero);
        Assert.That(relay.Server.Statistics.TotalStreams, Is.Positive);
    }

    [Test]
    public async Task Relay_InPython_KnowsNothingOfThem_AndTheClientServesAsEver()
    {
        await using PeerFactory peers = new();
        await RunAsync(peers, await peers.StartRelayAsync(Language.Python), Language.CSharp, Language.CSharp, Language.Python);
    }

    [Test]
    public async Task SecondConnectionDoesNotComeUp_MessagePathIsThere()
    {
        using RawTarget target = new(IPAddress.Loopback);
        int closedPort = FreePort.Find();
        await using CSharpRelay relay = new(direct: true);
        await using CSharpClient client = await CSharpClient.StartAsync(
            TestCertificates.High,
            [relay.RegistrarFurl],
            ended => TransportConnection.ConnectTcpAsync(target.EndPoint, ended),
            CSharpClient.Patient with { ConnectDirect = (_, ended) => TransportConnection.ConnectTcpAsync(new IPEndPoint(IPAddress.Loopback, closedPort), ended) });
        using RawSocket b = await RawSocket.ConnectAsync(relay.Port);
        using RawSocket c = await target.OpenAsync(b, client.TubId);
        await c.SendPatternAsync(0, 100_000);
        await b.ReceivePatternAsync(0, 100_000);
        Assert.That(relay.Server.Statistics is { TotalStreams: 1, TotalDirectStreams: 0 }, Is.True);
    }

    [Test]
    public async Task ConnectionOfTheClientIsCut_DirectStreamStands()
    {
        using RawTarget target = new(IPAddress.Loopback);
        await using CSharpRelay relay = new(direct: true);
        await using CuttingProxy way = new(relay.Port);
        await using CSharpClient client = await CSharpClient.StartAsync(
            TestCertificates.High,
            [relay.RegistrarFurl.WithHints([ConnectionHint.Tcp("127.0.0.1", way.Port)])],
            ended => TransportConnection.ConnectTcpAsync(target.EndPoint, ended),
            CSharpClient.Patient with { ConnectDirect = (_, ended) => TransportConnection.ConnectTcpAsync(new IPEndPoint(IPAddress.Loopback, relay.Port), ended) });
        using RawSocket b = await RawSocket.ConnectAsync(relay.Port);
        using RawSocket c = await target.OpenAsync(b, client.TubId);
        await b.SendPatternAsync(0, 100_000);

        Assert.That(way.Cut(), Is.EqualTo(1));
        await client.WaitUntilRegisteredAgainAsync();

        await c.ReceivePatternAsync(0, 100_000);
        await c.SendPatternAsync(0, 1_000_000, seed: 2);
        await b.ReceivePatternAsync(0, 1_000_000, seed: 2);
        b.End();
        Assert.That(await c.ReceiveToEndAsync(), Is.Empty);
        c.End();
        Assert.That(await b.ReceiveToEndAsync(), Is.Empty);
    }

    [Test]
    public async Task ProcessOfClientOrRelayIsKilled_BothEndsAreReset([Values] bool relayInstead)
    {
        using RawTarget target = new(IPAddress.Loopback);
        await using PeerFactory peers = new();
        RelayHostProcess relay = peers.Keep(await RelayHostProcess.StartAsync(peers.Folder["relay"]));
        TubCertificate certificate = TubCertificate.LoadOrCreate(peers.Folder["c.pem"]);
        ChildProcess client = peers.Keep(SampleProgram.Start(
            "AttachTub", "--registrar", relay.RegistrarFurl.ToString(), "--pem", peers.Folder["c.pem"], "--target", target.EndPoint.ToString()));
        await client.TakeLineAsync("that it is attached", line => line.StartsWith("attached: ", StringComparison.Ordinal));
        relay.RegistrarFurl.Hints.Single().TryGetTcpEndpoint(out _, out int port);
        using RawSocket b = await RawSocket.ConnectAsync(port);
        using RawSocket c = await target.OpenAsync(b, certificate.TubId);
        await b.SendPatternAsync(0, 1000);
        await c.ReceivePatternAsync(0, 1000);

        await (relayInstead ? relay.Process : client).KillAsync();

        await Task.WhenAll(b.ReceiveResetAsync(), c.ReceiveResetAsync());
    }

    [Test]
    public async Task Drain_DirectStream_MayEndItself()
    {
        await using RawRoute route = await RawRoute.StartAsync(direct: true, time: PatientTimeProvider.Instance);
        (RawSocket b, RawSocket c) = await route.OpenAsync();
        using RawSocket first = b;
        using RawSocket second = c;
        Task<bool> draining = route.Relay.Server.DrainAsync(Waiting.Limit);
        await b.SendPatternAsync(0, 1_000_000);
        await c.ReceivePatternAsync(0, 1_000_000);
        Assert.That(draining.IsCompleted, Is.False);
        b.End();
        c.End();
        Assert.That(await draining.For("the end of the drain"), Is.True);
    }

    [Test]
    public async Task StrangersWithTokensOfTheirOwn_AreToldAndCounted_AndStreamsGoOn()
    {
        await using RawRoute route = await RawRoute.StartAsync(direct: true, time: PatientTimeProvider.Instance);
        (RawSocket b, RawSocket c) = await route.OpenAsync();
        using RawSocket first = b;
        using RawSocket second = c;
        for (int i = 0; i < 20; i++)
        {
            using RawSocket stranger = await RawSocket.ConnectAsync(route.Relay.Port);
            await stranger.SendAsync($"GET /direct/{i:x40} HTTP/1.1\r\nHost: x\r\n\r\n");
            stranger.End();
            Assert.That(await stranger.ReceiveTextToEndAsync(), Is.EqualTo("HTTP/1.1 404 Not Found: unknown token\r\n\r\n"));
        }

        Assert.That(route.Relay.Server.Statistics.Refusals[RelayRefusal.UnknownToken], Is.EqualTo(20));
        await b.SendPatternAsync(0, 1000);
        await c.ReceivePatternAsync(0, 1000);
    }

    [Test]
    public async Task ManyStreamsAtOnce_EachGetsItsOwnBytes()
    {
        await using RawRoute route = await RawRoute.StartAsync(direct: true, time: PatientTimeProvider.Instance);
        List<(RawSocket B, RawSocket C)> streams = [];
        for (int i = 0; i < 20; i++)
        {
            streams.Add(await route.OpenAsync());
        }

        await Task.WhenAll(streams.Select((stream, i) => ExchangeAsync(stream.B, stream.C, i)));
        Assert.That(route.Relay.Server.Statistics.ActiveDirectStreams, Is.EqualTo(20));
        streams.ForEach(stream =>
        {
            stream.B.Dispose();
            stream.C.Dispose();
        });

        static Task ExchangeAsync(RawSocket b, RawSocket c, int seed) => Task.WhenAll(
            b.SendPatternAsync(0, 2_000_000, seed),
            c.ReceivePatternAsync(0, 2_000_000, seed),
            c.SendPatternAsync(0, 2_000_000, seed + 100),
            b.ReceivePatternAsync(0, 2_000_000, seed + 100));
    }

    private static async Task RunAsync(PeerFactory peers, IRelayPeer relay, Language client, Language b, Language c)
    {
        ITargetPeer target = await peers.StartTargetAsync(c);
        IClientPeer clientPeer = await peers.StartClientAsync(client, relay.RegistrarFurl, target);
        ICallerPeer caller = peers.CreateCaller(b, await target.OfferAsync(clientPeer.Hints));
        await caller.RunAsync(CallerSteps.All);
        await caller.DropAsync();
        await target.WaitForLostAsync(1);
    }
}
