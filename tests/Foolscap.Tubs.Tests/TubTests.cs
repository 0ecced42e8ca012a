using System.Net;
using Foolscap.Furls;
using Foolscap.TestUtilities;

namespace Foolscap.Tubs.Tests;

/// <summary>A Tub's names, and several Tubs behind one listener, over real sockets too.</summary>
internal sealed class TubTests
{
    [Test]
    public async Task Register_Names_AreFoundUntilUnregistered()
    {
        await using TubPair pair = TubPair.Create();
        Referenceable thing = new();
        Furl furl = pair.Server.Tub.Register(thing, "thing");
        Assert.That((furl.Name, furl.TubId, furl.Hints[0]), Is.EqualTo(("thing", pair.Server.TubId, pair.Server.Hint)));
        using RemoteReference held = await pair.Client.Tub.GetReferenceAsync(furl, TestTime.Token);
        Assert.That(held.Furl, Is.EqualTo(furl));

        Assert.That((pair.Server.Tub.Unregister(thing), pair.Server.Tub.Unregister(thing)), Is.EqualTo((true, false)));

        RemoteException? error = await Assert.CatchAsync<RemoteException>(() => pair.Client.Tub.GetReferenceAsync(furl, TestTime.Token));
        Assert.That(error!.Is("builtins.KeyError"), Is.True);
        Assert.That(error.RemoteMessage, Is.EqualTo("unable to find reference for name starting with 'th'"), "and no more of a secret");
        Assert.That(() => held.CallAsync("x", cancellationToken: TestTime.Token), Throws.TypeOf<RemoteException>(), "what is held stays good");
    }

    [Test]
    public async Task Register_WithoutName_MakesUpAnotherOneEachTimeOf160Bits()
    {
        await using Tub tub = new(TestCertificates.Low);

        string[] names = [.. Enumerable.Range(0, 100).Select(_ => tub.Register(new Referenceable()).Name)];

        Assert.That(names, Is.Unique.And.All.Length.EqualTo(32));
    }

    [Test]
    public async Task Register_NameOfAnotherObject_IsRefused()
    {
        await using Tub tub = new(TestCertificates.Low);
        Referenceable first = new();
        tub.Register(first, "x");

        Assert.That(() => tub.Register(new Referenceable(), "x"), Throws.TypeOf<ArgumentException>());
        Assert.That(() => tub.Register(first, "x"), Throws.Nothing);
    }

    [Test]
    public async Task TubListener_SeveralTubsOnOnePort_EachIsReachedByItsTubId()
    {
        await using Tub one = new(TestCertificates.High);
        await using Tub two = new(TestCertificates.Mid);
        await using Tub client = new(TestCertificates.Low);
        await using TubListener listener = new TubListener(one).Add(two);
        IPEndPoint bound = listener.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        one.Hints = two.Hints = [ConnectionHint.Tcp("127.0.0.1", bound.Port)];
        Furl first = one.Register(new Referenceable().On("who", _ => 1));
        Furl second = two.Register(new Referenceable().On("who", _ => 2));

        using RemoteReference toOne = await client.GetReferenceAsync(first, TestTime.Token);
        using RemoteReference toTwo = await client.GetReferenceAsync(second, TestTime.Token);
        int[] answers = [await toOne.CallAsync<int>("who"), await toTwo.CallAsync<int>("who")];

        Assert.That(answers, Is.EqualTo(new[] { 1, 2 }));
        Assert.That(toOne.Connection.RemoteEndPoint, Is.EqualTo(bound));

        Assert.That((listener.Remove(two), listener.Remove(two)), Is.EqualTo((true, false)));
        Assert.That(await toTwo.CallAsync<int>("who"), Is.EqualTo(2), "its connections stay");
        await using Tub late = new(TestCertificates.Made);
        Assert.That(
            () => late.GetReferenceAsync(second, TestTime.Token),
            Throws.TypeOf<NegotiationException>().With.Message.Contains($"404 Not Found: unknown TubID {two.TubId}"));
    }

    [Test]
    public async Task TubListener_IPv4ThenIPv6OnOnePort_TakesBoth()
    {
        await using Tub server = new(TestCertificates.High);
        await using TubListener listener = new(server);
        int port = listener.Listen(new IPEndPoint(IPAddress.Any, 0)).Port;
        listener.Listen(new IPEndPoint(IPAddress.IPv6Any, port));
        Furl furl = server.Register(new Referenceable().On("ok", _ => 1));

        foreach (string host in new[] { "127.0.0.1", "::1" })
        {
            await using Tub client = new(TestCertificates.Low);
            using RemoteReference reference = await client.GetReferenceAsync(
                new Furl(furl.TubId, [ConnectionHint.Tcp(host, port)], furl.Name), TestTime.Token);
            Assert.That(await reference.CallAsync<int>("ok", cancellationToken: TestTime.Token), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task TubListener_Disposed_AcceptsNoMoreAndConnectionsStay()
    {
        await using Tub server = new(TestCertificates.High);
        await using Tub client = new(TestCertificates.Low);
        TubListener listener = new(server);
        IPEndPoint bound = listener.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        server.Hints = [ConnectionHint.Tcp("127.0.0.1", bound.Port)];
        using RemoteReference held = await client.GetReferenceAsync(server.Register(new Referenceable().On("ok", _ => 1)), TestTime.Token);

        await listener.DisposeAsync();

        Assert.That(await held.CallAsync<int>("ok", cancellationToken: TestTime.Token), Is.EqualTo(1));
        Assert.That(() => listener.Listen(new IPEndPoint(IPAddress.Loopback, 0)), Throws.TypeOf<ObjectDisposedException>());
        await held.Connection.CloseAsync().WithinLimit();
        Assert.That(() => client.GetReferenceAsync(held.Furl!, TestTime.Token), Throws.TypeOf<NegotiationException>());
    }

    [Test]
    public async Task DisposeAsync_ConnectedTub_EndsItsConnectionsInAnOrderlyWay()
    {
        await using TubPair pair = TubPair.Create(new TubPairOptions { TimeProvider = new FakeTimeProvider() });
        TubConnection client = await pair.ConnectAsync();

        await pair.Server.Tub.DisposeAsync().WithinLimit();

        Assert.That((await client.Ended.WithinLimit()).Message, Does.Contain("closed the connection"));
        Assert.That(() => pair.ConnectAsync().WithinLimit(), Throws.TypeOf<NegotiationException>());
    }
}
