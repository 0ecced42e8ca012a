using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using Foolscap.Furls;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Handshakes;
using Foolscap.Tubs.Negotiation;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Tests.Negotiation;

/// <summary>Two Tubs, or a Tub and a peer that does not play along, over in-memory pipes and real TLS.</summary>
internal sealed class NegotiationTests
{
    [Test]
    public async Task ConnectAsync_BothOrders_OneIsMasterAndCallsGoBothWays([Values] bool clientIsMaster)
    {
        await using TubPair pair = TubPair.Create(new TubPairOptions { ClientIsMaster = clientIsMaster });
        Referenceable echo = new Referenceable().On("echo", call => call.Arguments[0]);

        using RemoteReference reference = await pair.GetReferenceAsync(echo);

        TubConnection client = reference.Connection;
        TubConnection server = pair.Server.Tub.Connections.Find(pair.Client.TubId)!;
        Assert.That((client.IsMaster, server.IsMaster), Is.EqualTo((clientIsMaster, !clientIsMaster)));
        Assert.That((client.RemoteTubId, server.RemoteTubId), Is.EqualTo((pair.Server.TubId, pair.Client.TubId)));
        Assert.That(await reference.CallAsync<string>("echo", ["x"], TestTime.Token), Is.EqualTo("x"));
        using RemoteReference back = await pair.Server.Tub.GetReferenceAsync(pair.Client.Tub.Register(echo), TestTime.Token);
        Assert.That(back.Connection, Is.SameAs(server), "the other direction uses the same connection");
        Assert.That(await back.CallAsync<long>("echo", [7], TestTime.Token), Is.EqualTo(7));
    }

    [Test]
    public async Task ConnectAsync_ListenerHasAnotherCertificate_IsTheWrongTub()
    {
        InMemoryNetwork network = new();
        await using TestTub client = new(network, TestCertificates.Low);
        await using TestTub server = new(network, TestCertificates.High);
        DuplexPipePair pair = new();
        using NegotiationClock clock = new(TestTime.Limit, TimeProvider.System);
        HandshakePlace place = HandshakeTurns.Shared.TakePlace(clock);
        Task<TubConnection> connecting =
            Negotiator.ConnectAsync(client.Tub, pair.FirstConnection, TestCertificates.Mid.TubId, "h", TestTime.Token);
        await HeaderBlock.ReadAsync(pair.Second.Input, TestTime.Token);
        Task accepting = Task.Run(() => Negotiator.AcceptAsync(server.Tub, pair.SecondConnection, place, TestTime.Token));

        NegotiationException? error = await Assert.CatchAsync<NegotiationException>(() => connecting.WithinLimit());

        Assert.That(error!.Message, Does.Contain("wrong Tub").And.Contain(server.TubId.ToString()));
        Assert.That(() => accepting.WithinLimit(), Throws.TypeOf<NegotiationException>());
    }

    [TestCase("HTTP/1.1 404 Not Found: unknown TubID x\r\n\r\n", "HTTP/1.1 404 Not Found: unknown TubID x")]
    [TestCase("HTTP/1.1 503 Service Unavailable: Tub pr64vniyn6gaga5il4xk67tgtid6d3l7 refused: the Tub behind the relay cannot be reached: and the whole reason\r\n\r\n", "and the whole reason")]
    [TestCase("SSH-2.0-OpenSSH\r\n\r\n", "SSH-2.0-OpenSSH")]
    [TestCase("HTTP/1.1 101 Switching Protocols\r\n\r\n", "does not upgrade to TLS")]
    [TestCase("", "closed the connection")]
    public async Task ConnectAsync_OtherAnswer_IsAnErrorThatShowsIt(string answer, string expected)
    {
        await using Tub tub = new(TestCertificates.Low);
        DuplexPipePair pair = new();
        await pair.Second.Output.WriteAsync(Encoding.ASCII.GetBytes(answer));
        await pair.Second.Output.CompleteAsync();

        Assert.That(
            () => Negotiator.ConnectAsync(tub, pair.FirstConnection, TestCertificates.High.TubId, "h", TestTime.Token),
            Throws.TypeOf<NegotiationException>().With.Message.Contains(expected));
        string request = await HeaderBlock.ReadAsync(pair.Second.Input, TestTime.Token);
        Assert.That(request, Does.StartWith($"GET /id/{TestCertificates.High.TubId} HTTP/1.1\r\nHost: h\r\nUpgrade: TLS/1.0\r\n"));
    }

    [Test]
    public async Task AcceptAsync_PeerWithoutCertificate_IsToldWhy()
    {
        string decision = await RefusedHelloAsync(certificate: null, TestCertificates.Low.TubId);

        Assert.That(decision, Is.EqualTo("banana-decision-version: 1\r\nerror: A Tub must show a certificate."));
    }

    [Test]
    public async Task AcceptAsync_PeerWithAnothersTubId_IsToldWhy()
    {
        string decision = await RefusedHelloAsync(TestCertificates.Low, TestCertificates.Mid.TubId);

        Assert.That(decision, Does.Contain("error: The hello claims TubID ").And.Contain(TestCertificates.Mid.TubId.ToString()));
    }

    [Test]
    public async Task AcceptAsync_PeerWithTheSameCertificate_IsToldWhy()
    {
        string decision = await RefusedHelloAsync(TestCertificates.High, TestCertificates.High.TubId);

        Assert.That(decision, Does.Contain("error: A Tub cannot connect to a Tub with its own certificate."));
    }

    [Test]
    public async Task AcceptAsync_PeerThatSaysNothing_IsDroppedAtTheNegotiationTimeout()
    {
        FakeTimeProvider clock = new();
        InMemoryNetwork network = new();
        await using TestTub server = new(network, TestCertificates.High, new TubOptions { NegotiationTimeout = TimeSpan.FromSeconds(7) }, clock);
        DuplexPipePair pair = new();
        Task handling = server.Listener.HandleAsync(pair.SecondConnection);
        await pair.First.Output.WriteAsync(Encoding.ASCII.GetBytes($"GET /id/{server.TubId} HTTP/1.1\r\n\r\n"));
        await HeaderBlock.ReadAsync(pair.First.Input, TestTime.Token);
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(7));

        clock.Advance(TimeSpan.FromSeconds(7));

        await handling.WithinLimit();
        Assert.That(clock.ArmedTimers, Is.Empty);
        Assert.That(async () => await pair.First.Input.ReadAsync(TestTime.Token), Throws.TypeOf<IOException>());
    }

    [TestCase("", Description = "nothing behind the 101")]
    [TestCase("160301", Description = "a part of a TLS record")]
    [TestCase("16030102000100", Description = "the start of a ClientHello of 512 bytes")]
    public async Task AcceptAsync_PeerThatStallsInTheHandshake_IsDroppedAndItsMemoryLetGo(string hex)
    {
        FakeTimeProvider clock = new();
        using CountingPool pool = new();
        await using TestTub server = new(
            new InMemoryNetwork(), TestCertificates.High, new TubOptions { NegotiationTimeout = TimeSpan.FromSeconds(7) }, clock);
        DuplexPipePair pair = new(new System.IO.Pipelines.PipeOptions(pool, useSynchronizationContext: false));
        Task handling = server.Listener.HandleAsync(pair.SecondConnection);
        await pair.First.Output.WriteAsync(Encoding.ASCII.GetBytes($"GET /id/{server.TubId} HTTP/1.1\r\n\r\n"));
        await HeaderBlock.ReadAsync(pair.First.Input, TestTime.Token);
        await pair.First.Output.WriteAsync(Convert.FromHexString(hex));
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(7));

        clock.Advance(TimeSpan.FromSeconds(7));

        await handling.WithinLimit();
        await pair.First.Input.CompleteAsync();
        await pair.First.Output.CompleteAsync();
        Assert.That(clock.ArmedTimers, Is.Empty);
        Assert.That(pool.Rented, Is.GreaterThan(0));
        Assert.That(pool.Held, Is.Zero);
    }

    /// <summary>Written by hand, because the platforms' own clients do not speak it any more.</summary>
    [TestCase("0301", Description = "TLS 1.0")]
    [TestCase("0302", Description = "TLS 1.1")]
    public async Task AcceptAsync_ClientHelloOfAnOlderTls_IsRefusedForItsVersion(string version)
    {
        await using TestTub server = new(new InMemoryNetwork(), TestCertificates.High);
        DuplexPipePair pair = new();
        Task handling = server.Listener.HandleAsync(pair.SecondConnection);
        await pair.First.Output.WriteAsync(Encoding.ASCII.GetBytes($"GET /id/{server.TubId} HTTP/1.1\r\n\r\n"));
        await HeaderBlock.ReadAsync(pair.First.Input, TestTime.Token);

        // A random number, no session, two suites (ECDHE-RSA and RSA with AES-128-CBC-SHA), no compression, and no extension.
        string body = $"{version}{new string('5', 64)}000004c013002f0100";
        await pair.First.Output.WriteAsync(Convert.FromHexString($"160301002f0100002b{body}"));
        System.IO.Pipelines.ReadResult answer = await pair.First.Input.ReadAtLeastAsync(7, TestTime.Token);
        byte[] alert = System.Buffers.BuffersExtensions.ToArray(answer.Buffer);
        pair.First.Input.AdvanceTo(answer.Buffer.End);
        await pair.First.Output.CompleteAsync();
        await handling.WithinLimit();

        Assert.That((alert[0], alert[5], alert[6]), Is.EqualTo(((byte)21, (byte)2, (byte)70)), "a fatal alert: protocol_version");
        Assert.That(server.Tub.Connections.Find(TestCertificates.Low.TubId), Is.Null);
    }

    [Test, Platform(Exclude = "MacOsX", Reason = "A listener cannot renegotiate there.")]
    public async Task ConnectAsync_ListenerThatRenegotiates_IsLeft()
    {
        DuplexPipePair pair = new();
        await using SslStream listening = new(new DuplexPipeStream(pair.SecondConnection));
        Task accepting = listening.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = TestCertificates.High.Context,
                EnabledSslProtocols = SslProtocols.Tls12,
                AllowRenegotiation = true,
            },
            TestTime.Token);
        PeerTls tls = await PeerTls.ConnectAsync(pair.FirstConnection, TestCertificates.Low, TestCertificates.High.TubId, TestTime.Token);
        await accepting.WithinLimit();
        Task<int> reading = tls.Stream.ReadAsync(new byte[10], TestTime.Token).AsTask();

#pragma warning disable CA1416 // The test says where it runs.
        Task renegotiating = listening.NegotiateClientCertificateAsync(TestTime.Token);
#pragma warning restore CA1416

        Assert.That(() => Task.WhenAny(reading, renegotiating).Unwrap().WithinLimit(), Throws.InstanceOf<Exception>());
        Assert.That(listening.RemoteCertificate, Is.Null);
        pair.FirstConnection.Abort();
        await reading.ContinueWith(_ => { }, TaskScheduler.Default).WithinLimit();
        await pair.FirstConnection.DisposeAsync();
        await renegotiating.ContinueWith(_ => { }, TaskScheduler.Default).WithinLimit();
        await tls.DisposeAsync();
    }

    [Test]
    public async Task ConnectAsync_ListenerThatSaysNothing_FailsAtTheConnectTimeout()
    {
        FakeTimeProvider clock = new();
        Moq.Mock<IConnectionDialer> dialer = new();
        dialer.Setup(it => it.CanDial(Moq.It.IsAny<ConnectionHint>())).Returns(true);
        dialer.Setup(it => it.DialAsync(Moq.It.IsAny<ConnectionHint>(), Moq.It.IsAny<CancellationToken>()))
            .Returns(() => Task.FromResult(new DuplexPipePair().FirstConnection));
        TubOptions options = new() { Dialer = dialer.Object, ConnectTimeout = TimeSpan.FromSeconds(9) };
        await using Tub tub = new(TestCertificates.Low, options, timeProvider: clock);
        Furl furl = new(TestCertificates.High.TubId, [ConnectionHint.Tcp("a.test", 1)], "x");

        Task connecting = tub.ConnectAsync(furl, TestTime.Token);
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(9));
        clock.Advance(TimeSpan.FromSeconds(9));

        NegotiationException? error = await Assert.CatchAsync<NegotiationException>(() => connecting.WithinLimit());
        Assert.That(error!.Message, Does.Contain("was not reached within 9 s"));
        Assert.That(clock.ArmedTimers, Is.Empty);
    }

    /// <summary>Connects with raw TLS and a forged hello.</summary>
    /// <returns>The decision block of the Tub.</returns>
    private static async Task<string> RefusedHelloAsync(TubCertificate? certificate, TubId claimed)
    {
        await using TestTub server = new(new InMemoryNetwork(), TestCertificates.High);
        DuplexPipePair pair = new();
        Task handling = server.Listener.HandleAsync(pair.SecondConnection);
        await pair.First.Output.WriteAsync(Encoding.ASCII.GetBytes($"GET /id/{server.TubId} HTTP/1.1\r\n\r\n"));
        await HeaderBlock.ReadAsync(pair.First.Input, TestTime.Token);
        await using SslStream tls = new(new DuplexPipeStream(pair.FirstConnection));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = string.Empty,
                ClientCertificateContext = certificate?.Context,
                EnabledSslProtocols = SslProtocols.Tls13,
                RemoteCertificateValidationCallback = (_, shown, _, _) =>
                    TubCertificate.GetTubId(shown!.GetRawCertData()) == server.TubId,
            },
            TestTime.Token);
        System.IO.Pipelines.PipeReader input = System.IO.Pipelines.PipeReader.Create(tls);
        await tls.WriteAsync(new Hello(claimed, "c1", ConnectionMark.None).Format(), TestTime.Token);
        Hello hello = Hello.Parse(await HeaderBlock.ReadAsync(input, TestTime.Token));
        Assert.That(hello.TubId, Is.EqualTo(server.TubId));
        string decision = await HeaderBlock.ReadAsync(input, TestTime.Token);
        Assert.That((await input.ReadAsync(TestTime.Token)).IsCompleted, Is.True, "close_notify follows");
        await pair.First.Output.CompleteAsync();
        await handling.WithinLimit();
        return decision;
    }
}
