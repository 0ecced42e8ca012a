using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Relay.Interop.Tests.Raw;
using Foolscap.Relay.Server;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests.Lessons;

/// <summary>
/// What users of comparable relays complained about, one small test for each point, by number: this relay and its client
/// over real sockets. The deep tests of the same thing are named at each.
/// </summary>
/// <remarks>
/// Not here: 9, windows that grow with the measured round-trip time, 19's metrics endpoint and 20's nodes that stand for each
/// other are later work; the protocol is ready for the first (a window in each answer), and 19 and 20 are here as far as they go.
/// </remarks>
[NonParallelizable] // It counts what a relay does.
internal sealed class PeersLessonsTests
{
    /// <summary>In depth: ReplacementTests of the relay.</summary>
    [Test]
    public async Task Lesson01_ControlSessionDiesSilently_NewProofOfTheTubIdWinsAtOnce()
    {
        await using InMemoryRelay relay = new();
        await using TestTub old = relay.CreateTub();
        await relay.RegisterAsync(old);
        relay.Network.Links[0].BlackHole();

        await using TestTub anew = relay.CreateTub();
        await relay.RegisterAsync(anew);

        Assert.That(relay.Server.Statistics.RegisteredTubs, Is.EqualTo(1));
        relay.Network.Links[0].Cut();
    }

    /// <summary>In depth: RegistrationHistoryTests and ReplacementTests of the relay.</summary>
    [Test]
    public async Task Lesson02_StaleRegistration_DoesNotBlockTheOwner_AndTwoHostsThatFightAreNoticed()
    {
        await using InMemoryRelay relay = new();
        await using TestTub one = relay.CreateTub();
        await using TestTub two = relay.CreateTub();
        RemoteReference first = await relay.RegisterAsync(one);
        await relay.RegisterAsync(two);
        await first.Connection.Disconnected.For("the end of the older connection");
        await relay.RegisterAsync(one);

        Assert.That((relay.Server.Statistics.RegisteredTubs, relay.Server.Statistics.RegistrationConflicts), Is.EqualTo((1, 1L)));
    }

    /// <summary>In depth: the client's ReconnectionTests and WaitUntilRegisteredTests.</summary>
    [Test]
    public async Task Lesson03_StartWithoutAReachableRelay_IsNotFatal()
    {
        await using Tub tub = new(TubCertificate.Create());
        Furl nowhere = new(TestCertificates.Mid.TubId, [ConnectionHint.Tcp("127.0.0.1", 1)], "registrar");
        await using RelayClient client = RelayClient.Start(tub, [nowhere], new IPEndPoint(IPAddress.Loopback, 1));

        Assert.That(client.Statuses.Single().State, Is.Not.EqualTo(RelayState.Stopped));
    }

    /// <summary>In depth: ReconnectionTests here and at the client.</summary>
    [Test]
    public async Task Lesson04_ConnectionIsLost_RegistrationIsRenewedByItself()
    {
        await using CSharpRelay relay = new();
        await using CuttingProxy proxy = new(relay.Port);
        Furl registrar = relay.RegistrarFurl.WithHints([ConnectionHint.Tcp("127.0.0.1", proxy.Port)]);
        await using CSharpClient client = await CSharpClient.StartAsync(TestCertificates.High, [registrar], new IPEndPoint(IPAddress.Loopback, 1));

        Assert.That(proxy.Cut(), Is.EqualTo(1), "connections of the client");

        await client.WaitUntilRegisteredAgainAsync();
        Assert.That(relay.Server.Statistics.RegisteredTubs, Is.EqualTo(1));
    }

    /// <summary>In depth: SilentTubTests of the relay.</summary>
    [Test]
    public async Task Lesson05_TubDoesNotAnswer_CallerIsToldWithinTheAcceptTimeout()
    {
        TaskCompletionSource<TransportConnection> never = new();
        await using CSharpRelay relay = new(options: new RelayServerOptions { AcceptTimeout = TimeSpan.FromMilliseconds(200) });
        await using CSharpClient client = await CSharpClient.StartAsync(TestCertificates.High, [relay.RegistrarFurl], _ => never.Task);

        Assert.That(await AskAsync(relay, client.TubId), Does.StartWith("HTTP/1.1 503 Service Unavailable: ").And.Contain("did not answer within 0.2 s"));
        never.SetException(new IOException("never"));
    }

    /// <summary>6 and 10, in depth: MemoryTests.</summary>
    [Test]
    public async Task Lesson06And10_ReaderStandsStill_WriterIsStoppedAndNothingIsDropped()
    {
        await using RawRoute route = await RawRoute.StartAsync(window: 65_536, bufferSize: 32_768);
        (RawSocket b, RawSocket c) = await route.OpenAsync();
        using RawSocket first = b;
        using RawSocket second = c;
        long pushed = await b.PushPatternAsync(64 * 1024 * 1024);

        Assert.That(pushed, Is.LessThan(16 * 1024 * 1024));
        await c.ReceivePatternAsync(0, pushed);
    }

    /// <summary>7 and 18, in depth: HostileInputTests and MessageLimitTests of the Tubs, WriteRulesTests of the streams.</summary>
    [Test]
    public async Task Lesson07And18_OversizedRequest_IsRefusedBeforeItIsKept_AndOthersGoOn()
    {
        await using RawRoute route = await RawRoute.StartAsync();
        using TransferBeside transfer = await TransferBeside.StartAsync(route);
        using RawSocket hostile = await RawSocket.ConnectAsync(route.Relay.Port);
        await hostile.SendAsync("GET /id/" + new string('x', 5000));

        Assert.That(await hostile.ReceiveTextToEndAsync(), Does.Contain("longer than 4096 bytes"));
        await transfer.FinishAsync();
    }

    /// <summary>In depth: the soak program.</summary>
    [Test]
    public async Task Lesson08_ConnectionsThatCameAndWent_LeaveNothingBehind()
    {
        await using RawRoute route = await RawRoute.StartAsync();
        for (int i = 0; i < 20; i++)
        {
            (RawSocket b, RawSocket c) = await route.OpenAsync();
            b.End();
            c.End();
            Assert.That((await b.ReceiveToEndAsync(), await c.ReceiveToEndAsync()), Is.EqualTo((Array.Empty<byte>(), Array.Empty<byte>())));
            b.Dispose();
            c.Dispose();
        }

        Assert.That(await route.Relay.Server.DrainAsync(Waiting.Limit), Is.True, "the end of all streams");
        Assert.That(route.Relay.Server.Statistics.TotalStreams, Is.EqualTo(20));
    }

    /// <summary>11, and 19's refusal reasons. In depth: StreamLimitTests of the relay.</summary>
    [Test]
    public async Task Lesson11And19_LimitIsReached_CallerReadsWhichAndTheReasonIsCounted()
    {
        await using CSharpRelay relay = new(options: new RelayServerOptions { Limits = new RelayLimits { MaxStreamsPerTub = 1 } });
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<TransportConnection> never = new();
        await using CSharpClient client = await CSharpClient.StartAsync(TestCertificates.High, [relay.RegistrarFurl], _ =>
        {
            asked.TrySetResult();
            return never.Task;
        });
        using RawSocket first = await RawSocket.ConnectAsync(relay.Port);
        await first.SendAsync(RawSocket.MakeRequest(client.TubId));
        await asked.Task.For("the offer of the first connection");

        string answer = await AskAsync(relay, client.TubId);

        Assert.That(answer, Does.Contain("this relay carries as many connections to this Tub as it takes"));
        Assert.That(relay.Server.Statistics.Refusals[RelayRefusal.StreamLimitOfTub], Is.EqualTo(1));
        never.SetException(new IOException("never"));
    }

    /// <summary>12, 13 and 15, in depth: MemoryTests, and FairnessTests of the streams.</summary>
    [Test]
    public async Task Lesson12And13And15_OneStreamStandsStillBothWays_OthersOfTheTubGoOn()
    {
        await using RawRoute route = await RawRoute.StartAsync();
        (RawSocket b, RawSocket c) = await route.OpenAsync();
        using RawSocket first = b;
        using RawSocket second = c;
        await Task.WhenAll(b.PushPatternAsync(64 * 1024 * 1024), c.PushPatternAsync(64 * 1024 * 1024));

        using TransferBeside transfer = await TransferBeside.StartAsync(route);
        await transfer.FinishAsync();
    }

    /// <summary>In depth: StreamEndTests, and AbortTests of the streams.</summary>
    [Test]
    public async Task Lesson14_OneEndIsReset_TheOtherIsToldAndNotLeftHanging()
    {
        await using RawRoute route = await RawRoute.StartAsync();
        (RawSocket b, RawSocket c) = await route.OpenAsync();
        using RawSocket second = c;
        b.Reset();

        await c.ReceiveResetAsync();
    }

    /// <summary>16 and 17, in depth: HalfOpenTableTests and ListenerRefusalTests of the Tubs.</summary>
    [Test]
    public async Task Lesson16And17_ManySilentPeers_NobodyElseWaitsForThem()
    {
        await using RawRoute route = await RawRoute.StartAsync(listenerOptions: new TubListenerOptions { MaxHalfOpenConnectionsPerAddress = 20 });
        List<RawSocket> silent = [];
        for (int i = 0; i < 60; i++)
        {
            silent.Add(await RawSocket.ConnectAsync(route.Relay.Port));
        }

        (RawSocket b, RawSocket c) = await route.OpenAsync();
        b.Dispose();
        c.Dispose();
        silent.ForEach(peer => peer.Dispose());
    }

    /// <summary>In depth: PolicyQuestionTests of the relay.</summary>
    [Test]
    public async Task Lesson18_AdmissionPolicyFails_NobodyIsLetIn()
    {
        await using InMemoryRelay relay = new(new RelayServerOptions { RegistrationPolicy = new BrokenPolicy() });
        await using TestTub client = relay.CreateTub();

        RemoteException? refusal = await Assert.ThrowsAsync<RemoteException>(() => relay.RegisterAsync(client));
        Assert.That(refusal!.RemoteMessage, Does.Contain("cannot decide at the moment"));
    }

    /// <summary>In depth: RelayServerTests.</summary>
    [Test]
    public async Task Lesson19_CountersOfAStream_GoUpWhileItLives()
    {
        await using RawRoute route = await RawRoute.StartAsync();
        (RawSocket b, RawSocket c) = await route.OpenAsync();
        using RawSocket first = b;
        using RawSocket second = c;
        await c.SendAsync(new byte[1000]);
        await b.ReceiveExactlyAsync(1000);

        RelayStatistics statistics = route.Relay.Server.Statistics;
        Assert.That((statistics.ActiveStreams, statistics.BytesToTubs, statistics.BytesFromTubs), Is.EqualTo((1, (long)RawSocket.RequestLength, 1000L)));
    }

    /// <summary>In depth: RegistrationInteropTests.</summary>
    [Test]
    public async Task Lesson20_TubAtTwoRelays_HasTwoHintsAndIsReachedThroughEither()
    {
        await using CSharpRelay one = new();
        await using CSharpRelay two = new();
        await using PeerFactory peers = new();
        ITargetPeer target = await peers.StartTargetAsync(Language.CSharp, "c");
        await using CSharpClient client = await CSharpClient.StartAsync([one.RegistrarFurl, two.RegistrarFurl], target);

        Furl furl = await target.OfferAsync(client.Hints);

        Assert.That(furl.Hints, Is.EquivalentTo([ConnectionHint.Tcp("127.0.0.1", one.Port), ConnectionHint.Tcp("127.0.0.1", two.Port)]));
        foreach (ConnectionHint hint in furl.Hints)
        {
            await peers.CreateCaller(Language.CSharp, furl.WithHints([hint])).RunAsync(CallerSteps.Hello);
        }
    }

    /// <summary>In depth: DrainTests of the relay.</summary>
    [Test]
    public async Task Lesson21_RelayIsStopped_StreamsGoOnAndNewCallersAreTold()
    {
        await using RawRoute route = await RawRoute.StartAsync();
        (RawSocket b, RawSocket c) = await route.OpenAsync();
        using RawSocket first = b;
        using RawSocket second = c;
        Task<bool> draining = route.Relay.Server.DrainAsync(TimeSpan.FromMinutes(5));

        Assert.That(await AskAsync(route.Relay, route.TubId), Does.StartWith("HTTP/1.1 503 Service Unavailable: this relay is being shut down"));
        await Task.WhenAll(b.SendPatternAsync(0, 1_000_000), c.ReceivePatternAsync(0, 1_000_000));
        b.End();
        c.End();
        Assert.That(await draining.For("the end of the drain"), Is.True);
    }

    private static async Task<string> AskAsync(CSharpRelay relay, TubId tubId)
    {
        using RawSocket b = await RawSocket.ConnectAsync(relay.Port);
        await b.SendAsync(RawSocket.MakeRequest(tubId));
        return await b.ReceiveTextToEndAsync();
    }

    private sealed class BrokenPolicy : IRegistrationPolicy
    {
        public ValueTask<AdmissionDecision> DecideAsync(RegistrationRequest request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("broken");
    }
}
