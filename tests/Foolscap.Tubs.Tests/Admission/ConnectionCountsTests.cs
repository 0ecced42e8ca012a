using System.Net;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Admission;

namespace Foolscap.Tubs.Tests.Admission;

/// <summary>Connections counted in all and by address, and who makes room when there are too many.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ConnectionCountsTests
{
    private static readonly TimeSpan Long = ConnectionCounts.Grace + TimeSpan.FromSeconds(0.1);

    private readonly FakeTimeProvider _time = new();
    private readonly List<CountedConnection> _gaveWay = [];

    [Test]
    public void Enter_UpToTheLimits_AndAgainWhenTheyHaveLeft()
    {
        ConnectionCounts counts = Create(limit: 3, limitPerAddress: 2);
        for (int round = 0; round < 3; round++)
        {
            CountedConnection[] all = [From(1), From(1), From(1), From(null), From(2)];
            Assert.That(
                all.Select(counts.Enter),
                Is.EqualTo(new ListenerRefusal?[] { null, null, ListenerRefusal.ConnectionLimitOfAddress, null, ListenerRefusal.ConnectionLimit }));
            Assert.That(counts.Count, Is.EqualTo(3));
            Array.ForEach(all, counts.Leave);
            Array.ForEach(all, counts.Leave);
            Assert.That(counts.Count, Is.Zero);
        }
    }

    [Test]
    public void Enter_FullOfThoseThatHoldNothing_TheOldestGivesWayOnceItHasHadItsTime()
    {
        ConnectionCounts counts = Create(limit: 2, limitPerAddress: 2);
        CountedConnection oldest = Establish(counts, 1);
        _time.Advance(TimeSpan.FromSeconds(1));
        Establish(counts, 2);
        _time.Advance(ConnectionCounts.Grace - TimeSpan.FromSeconds(1.1));
        Assert.That(counts.Enter(From(3)), Is.EqualTo(ListenerRefusal.ConnectionLimit));
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.That(counts.Enter(From(3)), Is.Null);
        Assert.That(counts.Enter(From(3)), Is.EqualTo(ListenerRefusal.ConnectionLimit), "The second is younger.");
        Assert.That(_gaveWay, Is.EqualTo([oldest]));
        counts.Leave(oldest);
        Assert.That(counts.Count, Is.EqualTo(2), "Its place has been taken already.");
    }

    [Test]
    public void Enter_FullOfThoseThatHoldSomethingOrNegotiate_IsRefused()
    {
        ConnectionCounts counts = Create(limit: 2, limitPerAddress: 2);
        Establish(counts, 1, () => false);
        Assert.That(counts.Enter(From(2)), Is.Null);
        _time.Advance(Long);
        Assert.That(counts.Enter(From(3)), Is.EqualTo(ListenerRefusal.ConnectionLimit));
        Assert.That(_gaveWay, Is.Empty);
    }

    [Test]
    public void Enter_OneThatHeldSomethingAMomentAgo_HasItsTimeAnew()
    {
        ConnectionCounts counts = Create(limit: 1, limitPerAddress: 1);
        bool holdsNothing = false;
        CountedConnection first = Establish(counts, 1, () => holdsNothing);
        _time.Advance(Long);
        Assert.That(counts.Enter(From(2)), Is.EqualTo(ListenerRefusal.ConnectionLimit));
        holdsNothing = true;
        Assert.That(counts.Enter(From(2)), Is.EqualTo(ListenerRefusal.ConnectionLimit));
        _time.Advance(Long);
        Assert.That(counts.Enter(From(2)), Is.Null);
        Assert.That(_gaveWay, Is.EqualTo([first]));
    }

    [Test]
    public void Enter_ManyKnockAtThoseThatHoldSomething_EachIsLookedAtOnce()
    {
        ConnectionCounts counts = Create(limit: 10, limitPerAddress: 10);
        int looks = 0;
        for (int i = 0; i < 10; i++)
        {
            Establish(counts, i, () => ++looks < 0);
        }

        _time.Advance(Long);
        for (int i = 0; i < 100; i++)
        {
            counts.Enter(From(11));
        }

        Assert.That(looks, Is.EqualTo(10));
    }

    [Test]
    public void Enter_AddressIsFull_TheOldestOfThatAddressGivesWayAndNobodyElse()
    {
        ConnectionCounts counts = Create(limit: 9, limitPerAddress: 1);
        Establish(counts, 1);
        CountedConnection second = Establish(counts, 2);
        _time.Advance(Long);
        Assert.That(counts.Enter(From(2)), Is.Null);
        Assert.That(_gaveWay, Is.EqualTo([second]));
        Assert.That(counts.Count, Is.EqualTo(2));
    }

    private ConnectionCounts Create(int limit, int limitPerAddress) => new(limit, limitPerAddress, _time);

    private CountedConnection Establish(ConnectionCounts counts, int host, Func<bool>? holdsNothing = null)
    {
        CountedConnection connection = From(host);
        Assert.That(counts.Enter(connection), Is.Null);
        counts.OnEstablished(connection, holdsNothing ?? (() => true), () => _gaveWay.Add(connection));
        return connection;
    }

    private static CountedConnection From(int? host) =>
        new(host is int known ? AddressPrefix.Of(new IPEndPoint(IPAddress.Parse($"192.0.2.{known}"), 1)) : null);
}
