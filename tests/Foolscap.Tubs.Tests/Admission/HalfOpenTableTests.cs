using System.Net;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Admission;
using Foolscap.Tubs.Handshakes;

namespace Foolscap.Tubs.Tests.Admission;

/// <summary>Who makes room when a listener has too many connections that are being set up.</summary>
internal sealed class HalfOpenTableTests
{
    private readonly List<HalfOpenConnection> _made = [];
    private readonly FakeTimeProvider _time = new();

    [TearDown]
    public void Dispose()
    {
        _made.ForEach(connection => connection.Dispose());
        _made.Clear();
    }

    [Test]
    public void Enter_Full_TheOldestThatWaitsGivesWay()
    {
        HalfOpenTable table = new(limit: 2, limitPerAddress: 2, _time);
        (HalfOpenConnection first, HalfOpenConnection second, HalfOpenConnection third) = (From(1), From(2), From(3));
        Assert.That((table.Enter(first), table.Enter(second), table.Enter(third)), Is.EqualTo(((ListenerRefusal?)null, (ListenerRefusal?)null, (ListenerRefusal?)null)));
        Assert.That((GaveWay(first), GaveWay(second), GaveWay(third), table.Count), Is.EqualTo((true, false, false, 2)));
    }

    [Test]
    public void Enter_Full_OneThatHasSentItsRequestStays()
    {
        HalfOpenTable table = new(limit: 2, limitPerAddress: 2, _time);
        (HalfOpenConnection first, HalfOpenConnection second) = (From(1), From(2));
        table.Enter(first);
        table.Enter(second);
        table.OnRequested(first);
        Assert.That(table.Enter(From(3)), Is.Null);
        Assert.That((GaveWay(first), GaveWay(second)), Is.EqualTo((false, true)));
    }

    [Test]
    public void Enter_FullOfThoseThatHaveSentTheirRequests_IsRefused()
    {
        HalfOpenTable table = new(limit: 2, limitPerAddress: 2, _time);
        HalfOpenConnection[] all = [From(1), From(2)];
        foreach (HalfOpenConnection connection in all)
        {
            table.Enter(connection);
            table.OnRequested(connection);
        }

        Assert.That(table.Enter(From(3)), Is.EqualTo(ListenerRefusal.HalfOpenLimit));
        Assert.That(all.Any(GaveWay), Is.False);
        table.Leave(all[0]);
        Assert.That(table.Enter(From(3)), Is.Null);
    }

    [Test]
    public void Enter_AddressIsFull_TheOldestOfThatAddressGivesWayAndNobodyElse()
    {
        HalfOpenTable table = new(limit: 3, limitPerAddress: 2, _time);
        (HalfOpenConnection other, HalfOpenConnection first, HalfOpenConnection second) = (From(1), From(2), From(2));
        table.Enter(other);
        table.Enter(first);
        table.Enter(second);
        Assert.That(table.Enter(From(2)), Is.Null);
        Assert.That((GaveWay(other), GaveWay(first), GaveWay(second), table.Count), Is.EqualTo((false, true, false, 3)));
    }

    [Test]
    public void Enter_AddressIsFullOfThoseThatHaveSentTheirRequests_IsRefusedAndOtherAddressesAreNot()
    {
        HalfOpenTable table = new(limit: 3, limitPerAddress: 1, _time);
        HalfOpenConnection first = From(1);
        table.Enter(first);
        table.OnRequested(first);
        Assert.That(table.Enter(From(1)), Is.EqualTo(ListenerRefusal.HalfOpenLimitOfAddress));
        Assert.That(table.Enter(From(2)), Is.Null);
    }

    [Test]
    public void Enter_FullOfThoseThatNegotiate_TheOldestGivesWayOnceItHasHadItsTime()
    {
        HalfOpenTable table = new(limit: 2, limitPerAddress: 2, _time);
        (HalfOpenConnection first, HalfOpenConnection second) = (Negotiating(table, 1), Negotiating(table, 2));
        _time.Advance(HalfOpenTable.Grace - TimeSpan.FromSeconds(0.1));
        Assert.That(table.Enter(From(3)), Is.EqualTo(ListenerRefusal.HalfOpenLimit));
        _time.Advance(TimeSpan.FromSeconds(0.2));
        HalfOpenConnection third = Negotiating(table, 3);
        Assert.That((GaveWay(first), GaveWay(second), GaveWay(third), table.Count), Is.EqualTo((true, false, false, 2)));
    }

    [Test]
    public void Enter_FullOfThoseThatNegotiate_TheAddressWithTheMostGivesWayAndNotTheOldestOfAll()
    {
        HalfOpenTable table = new(limit: 4, limitPerAddress: 4, _time);
        HalfOpenConnection oldest = Negotiating(table, 1);
        HalfOpenConnection withoutAddress = Negotiating(table, null);
        _time.Advance(TimeSpan.FromSeconds(1));
        (HalfOpenConnection first, HalfOpenConnection second) = (Negotiating(table, 2), Negotiating(table, 2));
        _time.Advance(HalfOpenTable.Grace + TimeSpan.FromSeconds(0.1));
        Assert.That(table.Enter(From(3)), Is.Null);
        Assert.That((GaveWay(oldest), GaveWay(withoutAddress), GaveWay(first), GaveWay(second)), Is.EqualTo((false, false, true, false)));
    }

    [Test]
    public void Enter_FullOfThoseThatNegotiate_OneThatWaitsForItsTurnStays_AndItsWaitIsNotCountedAfterwards()
    {
        HalfOpenTable table = new(limit: 2, limitPerAddress: 2, _time);
        (HalfOpenConnection first, HalfOpenConnection second) = (Negotiating(table, 1), Negotiating(table, 2));
        using NegotiationClock clock = new(Timeout.InfiniteTimeSpan, _time);
        using NegotiationClock other = new(Timeout.InfiniteTimeSpan, _time);
        (first.Clock, second.Clock) = (clock, other);
        clock.Stop();
        _time.Advance(HalfOpenTable.Grace + TimeSpan.FromSeconds(0.1));
        HalfOpenConnection third = Negotiating(table, 3);
        Assert.That((GaveWay(first), GaveWay(second)), Is.EqualTo((false, true)));
        clock.Go();
        _time.Advance(HalfOpenTable.Grace - TimeSpan.FromSeconds(0.1));
        Assert.That(table.Enter(From(4)), Is.EqualTo(ListenerRefusal.HalfOpenLimit));
        _time.Advance(TimeSpan.FromSeconds(0.15));
        Assert.That(table.Enter(From(4)), Is.Null);
        Assert.That((GaveWay(first), GaveWay(third)), Is.EqualTo((true, false)));
    }

    [Test]
    public void Enter_FullOfThoseThatWaitForTheirTurns_IsRefused()
    {
        HalfOpenTable table = new(limit: 2, limitPerAddress: 2, _time);
        using NegotiationClock clock = new(Timeout.InfiniteTimeSpan, _time);
        HalfOpenConnection[] all = [Negotiating(table, 1), Negotiating(table, 2)];
        Array.ForEach(all, connection => connection.Clock = clock);
        clock.Stop();
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.That(table.Enter(From(3)), Is.EqualTo(ListenerRefusal.HalfOpenLimit));
        Assert.That(all.Any(GaveWay), Is.False);
    }

    [Test]
    public void Enter_FullOfThoseWithoutAnAddress_TheOldestGivesWay()
    {
        HalfOpenTable table = new(limit: 2, limitPerAddress: 2, _time);
        (HalfOpenConnection first, HalfOpenConnection second) = (Negotiating(table, null), Negotiating(table, null));
        _time.Advance(HalfOpenTable.Grace + TimeSpan.FromSeconds(0.1));
        Assert.That(table.Enter(From(1)), Is.Null);
        Assert.That((GaveWay(first), GaveWay(second)), Is.EqualTo((true, false)));
    }

    [Test]
    public void Enter_AddressIsFullOfThoseThatNegotiate_TheOldestOfThatAddressGivesWay()
    {
        HalfOpenTable table = new(limit: 9, limitPerAddress: 2, _time);
        HalfOpenConnection[] all = [Negotiating(table, 1), Negotiating(table, 2), Negotiating(table, 2)];
        _time.Advance(HalfOpenTable.Grace + TimeSpan.FromSeconds(0.1));
        Assert.That(table.Enter(From(2)), Is.Null);
        Assert.That(all.Select(GaveWay), Is.EqualTo([false, true, false]));
    }

    [Test]
    public void Enter_NoAddress_CountsInAllOnly()
    {
        HalfOpenTable table = new(limit: 3, limitPerAddress: 1, _time);
        HalfOpenConnection[] all = [From(null), From(null), From(null)];
        Assert.That(all.Select(table.Enter), Is.All.Null);
        Assert.That(all.Any(GaveWay), Is.False);
        Assert.That(table.Enter(From(1)), Is.Null);
        Assert.That(all.Select(GaveWay), Is.EqualTo([true, false, false]));
    }

    [Test]
    public void GiveWay_OneThatIsOverAtThisMoment_IsHarmless()
    {
        HalfOpenConnection connection = From(1);
        connection.Dispose();
        Assert.That(connection.GiveWay, Throws.Nothing);
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Count_EveryOrderOfEvents_IsThoseThatAreThere_AndZeroInTheEnd(int seed)
    {
        Random random = new(seed);
        HalfOpenTable table = new(limit: 8, limitPerAddress: 4, _time);
        List<HalfOpenConnection> inside = [];
        for (int step = 0; step < 5000; step++)
        {
            HalfOpenConnection? one = inside.Count == 0 ? null : inside[random.Next(inside.Count)];
            _time.Advance(TimeSpan.FromSeconds(0.2));
            switch (random.Next(4))
            {
                case 0 when one is not null:
                    table.OnRequested(one);
                    break;
                case 1 when one is not null:
                    table.Leave(one);
                    table.Leave(one);
                    table.OnRequested(one);
                    inside.Remove(one);
                    break;
                default:
                    HalfOpenConnection connection = From(random.Next(4) is int host and > 0 ? host : null);
                    inside.AddRange(table.Enter(connection) is null ? [connection] : []);
                    break;
            }

            inside.Where(GaveWay).ToList().ForEach(table.Leave); // As each does when it ends; it does not count any more.
            inside.RemoveAll(GaveWay);
            Assert.That(table.Count, Is.EqualTo(inside.Count).And.LessThanOrEqualTo(8));
        }

        inside.ForEach(table.Leave);
        Assert.That(table.Count, Is.Zero);
        HalfOpenConnection[] again = [From(1), From(1), From(1), From(1)];
        Assert.That(again.Select(table.Enter), Is.All.Null);
        Assert.That(again.Any(GaveWay), Is.False, "Nothing is left of an address that was full.");
    }

    private HalfOpenConnection Negotiating(HalfOpenTable table, int? host)
    {
        HalfOpenConnection connection = From(host);
        Assert.That(table.Enter(connection), Is.Null);
        table.OnRequested(connection);
        return connection;
    }

    private static bool GaveWay(HalfOpenConnection connection) => connection.HasGivenWay;

    private HalfOpenConnection From(int? host)
    {
        AddressPrefix? address = host is int known ? AddressPrefix.Of(new IPEndPoint(IPAddress.Parse($"192.0.2.{known}"), 1)) : null;
        HalfOpenConnection connection = new(address, CancellationToken.None);
        _made.Add(connection);
        return connection;
    }
}
