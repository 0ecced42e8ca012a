using Foolscap.TestUtilities;

namespace Foolscap.Tubs.Tests.Admission;

/// <summary>Refusals counted by reason.</summary>
internal sealed class CountersTests
{
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
