using Foolscap.TestUtilities;
using Foolscap.Tubs.Handshakes;

namespace Foolscap.Tubs.Tests.Handshakes;

/// <summary>The time that a negotiation may take: the peer's, and not this side's.</summary>
internal sealed class NegotiationClockTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(0.01);

    private readonly FakeTimeProvider _time = new();

    [Test]
    public void Expired_NeverStopped_AtTheLimit()
    {
        using NegotiationClock clock = new(Limit, _time);

        Assert.That(IsExpiredAfter(clock, Limit - Moment), Is.False);
        Assert.That(IsExpiredAfter(clock, 2 * Moment), Is.True);
        Assert.That((clock.IsStopped, clock.Reason), Is.EqualTo((false, "The negotiation took longer than 7 s.")));
    }

    [Test]
    public void Expired_StoppedTwice_AtTheLimitWithoutThatTime()
    {
        using NegotiationClock clock = new(Limit, _time);
        _time.Advance(TimeSpan.FromSeconds(2));
        StopFor(clock, TimeSpan.FromSeconds(50));
        _time.Advance(TimeSpan.FromSeconds(2));
        StopFor(clock, TimeSpan.FromSeconds(50));

        Assert.That(clock.Stopped.TotalSeconds, Is.EqualTo(100).Within(0.001));
        Assert.That(IsExpiredAfter(clock, TimeSpan.FromSeconds(3) - Moment), Is.False);
        Assert.That(IsExpiredAfter(clock, 2 * Moment), Is.True);
        Assert.That(clock.Reason, Does.Contain("took longer than 7 s"));
    }

    [Test]
    public void Expired_StoppedForLongerThanAnyPeerWaits_SaysWhoseFaultItIs()
    {
        using NegotiationClock clock = new(Limit, _time);
        StopFor(clock, TimeSpan.FromSeconds(50));
        clock.Stop();

        Assert.That(IsExpiredAfter(clock, TimeSpan.FromSeconds(70) - Moment), Is.False);
        Assert.That((clock.IsStopped, clock.Stopped.TotalSeconds), Is.EqualTo((true, 120d)).Within(0.02));
        Assert.That(IsExpiredAfter(clock, 2 * Moment), Is.True);
        clock.Go();
        Assert.That(clock.Reason, Is.EqualTo("This machine did not get to it within 120 s: it has too much to do."));
    }

    [Test]
    public void Expired_StoppedWhenItHadExpired_IsStillThePeersDoing()
    {
        using NegotiationClock clock = new(Limit, _time);
        _time.Advance(Limit + Moment);
        StopFor(clock, TimeSpan.Zero);

        Assert.That(clock.Expired.IsCancellationRequested, Is.True);
        Assert.That(clock.Reason, Does.Contain("took longer than 7 s"));
    }

    [Test]
    public void Expired_NoLimit_OnlyWhenStoppedForTooLong()
    {
        using NegotiationClock clock = new(Timeout.InfiniteTimeSpan, _time);

        Assert.That(IsExpiredAfter(clock, TimeSpan.FromDays(10)), Is.False);
        StopFor(clock, TimeSpan.FromSeconds(100));
        Assert.That(IsExpiredAfter(clock, TimeSpan.FromDays(10)), Is.False);
        clock.Stop();
        Assert.That(IsExpiredAfter(clock, TimeSpan.FromSeconds(21)), Is.True);
    }

    [Test]
    public void Dispose_Running_LeavesNoTimer()
    {
        NegotiationClock clock = new(Limit, _time);
        StopFor(clock, TimeSpan.FromSeconds(1));
        Assert.That(_time.ArmedTimers, Has.Count.EqualTo(1));

        clock.Dispose();

        Assert.That(_time.ArmedTimers, Is.Empty);
    }

    private bool IsExpiredAfter(NegotiationClock clock, TimeSpan time)
    {
        _time.Advance(time);
        return clock.Expired.IsCancellationRequested;
    }

    private void StopFor(NegotiationClock clock, TimeSpan time)
    {
        clock.Stop();
        _time.Advance(time);
        clock.Go();
    }
}
