using System.Net;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Admission;

namespace Foolscap.Tubs.Tests.Admission;

/// <summary>Connections counted in all and by address, and refusals counted by reason.</summary>
internal sealed class CountersTests
{
    private static readonly AddressPrefix? Here = AddressPrefix.Of(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1));
    private static readonly AddressPrefix? There = AddressPrefix.Of(new IPEndPoint(IPAddress.Parse("192.0.2.2"), 1));

    [Test]
    public void Connections_UpToTheLimits_AndAgainWhenTheyHaveLeft()
    {
        ConnectionCounts counts = new(limit: 3, limitPerAddress: 2);
        for (int round = 0; round < 3; round++)
        {
            Assert.That(
                new[] { counts.Enter(Here), counts.Enter(Here), counts.Enter(Here), counts.Enter(null), counts.Enter(There) },
                Is.EqualTo(new ListenerRefusal?[] { null, null, ListenerRefusal.ConnectionLimitOfAddress, null, ListenerRefusal.ConnectionLimit }));
            Assert.That(counts.Count, Is.EqualTo(3));
            counts.Leave(Here);
            counts.Leave(null);
            counts.Leave(Here);
            Assert.That(counts.Count, Is.Zero);
        }
    }

    [Test]
    public void Refusals_AFlood_IsALineInTenSecondsForEachReason()
    {
        FakeTimeProvider time = new();
        RefusalCounters<ListenerRefusal> counters = new(time);
        Assert.That((counters.Count(ListenerRefusal.BadRequest, out long first), first), Is.EqualTo((true, 1L)));
        for (int i = 0; i < 99; i++)
        {
            Assert.That(counters.Count(ListenerRefusal.BadRequest, out _), Is.False);
        }

        Assert.That(counters.Count(ListenerRefusal.UnknownTub, out _), Is.True, "Another reason has a line of its own.");
        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.That(counters.Count(ListenerRefusal.BadRequest, out _), Is.False);
        time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.That((counters.Count(ListenerRefusal.BadRequest, out long since), since), Is.EqualTo((true, 101L)));
    }

    [Test]
    public void Refusals_Counts_HoldEveryReason()
    {
        RefusalCounters<ListenerRefusal> counters = new(new FakeTimeProvider());
        counters.Count(ListenerRefusal.GaveWay, out _);
        counters.Count(ListenerRefusal.GaveWay, out _);
        Assert.That(counters.Counts.Keys, Is.EquivalentTo(Enum.GetValues<ListenerRefusal>()));
        Assert.That((counters.Counts[ListenerRefusal.GaveWay], counters.Counts.Values.Sum()), Is.EqualTo((2L, 2L)));
    }
}
