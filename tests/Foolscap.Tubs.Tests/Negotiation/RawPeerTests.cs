using System.Security.Authentication;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Negotiation;

namespace Foolscap.Tubs.Tests.Negotiation;

/// <summary>What a server that is the master does, seen from the wire.</summary>
internal sealed class RawPeerTests
{
    private static readonly TubOptions Quiet = new()
    {
        KeepaliveTimeout = Timeout.InfiniteTimeSpan,
        DisconnectTimeout = Timeout.InfiniteTimeSpan,
    };

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task Negotiation_EitherVersionOfTls_ReachesTheDecision(SslProtocols protocol)
    {
        await using TestTub server = new(new InMemoryNetwork(), TestCertificates.High);
        await using RawPeer peer = await RawPeer.ConnectAsync(server, TestCertificates.Low, protocol);

        string decision = await peer.NegotiateAsync(new Hello(TestCertificates.Low.TubId, "c1", ConnectionMark.None));

        Assert.That(peer.Protocol, Is.EqualTo(protocol));
        Assert.That(decision, Does.StartWith("banana-decision-version: 3\r\n").And.Contains(" 1\r\n"));
    }

    [Test]
    public async Task Negotiation_Tls11_Fails()
    {
        await using TestTub server = new(new InMemoryNetwork(), TestCertificates.High);

#pragma warning disable SYSLIB0039, CA5397, CA5398 // The old version is what the test is about.
        Assert.That(
            async () => await RawPeer.ConnectAsync(server, TestCertificates.Low, SslProtocols.Tls11),
            Throws.InstanceOf<Exception>());
#pragma warning restore SYSLIB0039, CA5397, CA5398
        Assert.That(server.Tub.Connections.Find(TestCertificates.Low.TubId), Is.Null);
    }

    [Test]
    public async Task SecondConnection_OfAPeerThatHasOne_IsRefused_AndTheFirstMustProveThatItLives()
    {
        FakeTimeProvider clock = new();
        await using TestTub server = new(new InMemoryNetwork(), TestCertificates.High, Quiet, timeProvider: clock);
        Hello hello = new(TestCertificates.Low.TubId, "c1", ConnectionMark.None);
        await using RawPeer first = await RawPeer.ConnectAsync(server, TestCertificates.Low, SslProtocols.Tls13);
        await first.NegotiateAsync(hello);
        first.Link.BlackHole();
        await using (RawPeer second = await RawPeer.ConnectAsync(server, TestCertificates.Low, SslProtocols.Tls13))
        {
            Assert.That(await second.NegotiateAsync(hello), Is.EqualTo("banana-decision-version: 1\r\nerror: Duplicate connection"));
        }

        // The first one answers no PING: ten seconds later it is gone, and the peer is let in.
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(10));
        TubConnection existing = server.Tub.Connections.Find(TestCertificates.Low.TubId)!;
        clock.Advance(TimeSpan.FromSeconds(10));
        await existing.Ended.WithinLimit();

        await using RawPeer third = await RawPeer.ConnectAsync(server, TestCertificates.Low, SslProtocols.Tls13);
        Assert.That(await third.NegotiateAsync(hello), Does.StartWith("banana-decision-version: 3\r\n"));
    }
}
