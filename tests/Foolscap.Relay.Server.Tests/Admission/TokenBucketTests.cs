using Foolscap.Relay.Server.Admission;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Server.Tests.Admission;

internal sealed class TokenBucketTests
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    public void TryTake_FullBucket_GivesTheBurstAndNoMore()
    {
        TokenBucket bucket = new(_time);
        TokenRate rate = new(PerSecond: 5, Burst: 10);
        Assert.That(TakeAll(bucket, rate), Is.EqualTo(10));
    }

    [Test]
    public void TryTake_AfterASecond_GivesTheRate()
    {
        TokenBucket bucket = new(_time);
        TokenRate rate = new(PerSecond: 5, Burst: 10);
        TakeAll(bucket, rate);
        _time.Advance(TimeSpan.FromSeconds(1.01));
        Assert.That(TakeAll(bucket, rate), Is.EqualTo(5));
    }

    [Test]
    public void TryTake_AfterALongTime_GivesNoMoreThanTheBurst()
    {
        TokenBucket bucket = new(_time);
        TokenRate rate = new(PerSecond: 5, Burst: 10);
        TakeAll(bucket, rate);
        _time.Advance(TimeSpan.FromDays(400));
        Assert.That(TakeAll(bucket, rate), Is.EqualTo(10));
    }

    [Test]
    public void TryTake_AskedOftenWhileItFills_LosesNothingOfTheRate()
    {
        TokenBucket bucket = new(_time);
        TokenRate rate = new(PerSecond: 2, Burst: 2);
        TakeAll(bucket, rate);
        int taken = 0;
        for (int i = 0; i < 1001; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            taken += TakeAll(bucket, rate);
        }

        Assert.That(taken, Is.EqualTo(20));
    }

    [Test]
    public void Take_MoreThanThereIs_TellsHowLongTheDebtLasts()
    {
        TokenBucket bucket = new(_time);
        TokenRate rate = new(PerSecond: 100, Burst: 50);
        Assert.That(bucket.Take(50, rate), Is.EqualTo(TimeSpan.Zero));
        Assert.That(bucket.Take(200, rate).TotalSeconds, Is.EqualTo(2).Within(0.001));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(bucket.TryTake(rate), Is.False, "It is still in debt.");
        Assert.That(bucket.Take(0, rate).TotalSeconds, Is.EqualTo(1).Within(0.001));
    }

    [Test]
    public void TryTake_RateChanges_HalfFullStaysHalfFull()
    {
        TokenBucket bucket = new(_time);
        TokenRate slow = new(PerSecond: 5, Burst: 10);
        for (int i = 0; i < 5; i++)
        {
            bucket.TryTake(slow);
        }

        Assert.That(TakeAll(bucket, new TokenRate(PerSecond: 50, Burst: 100)), Is.EqualTo(50));
    }

    [Test]
    public void Take_RateLowered_ADebtLastsAsLongAsBefore()
    {
        TokenBucket bucket = new(_time);
        Assert.That(bucket.Take(3000, new TokenRate(PerSecond: 1000, Burst: 1000)).TotalSeconds, Is.EqualTo(2).Within(0.001));
        Assert.That(bucket.Take(0, new TokenRate(PerSecond: 10, Burst: 10)).TotalSeconds, Is.EqualTo(2).Within(0.001));
    }

    private static int TakeAll(TokenBucket bucket, TokenRate rate)
    {
        int taken = 0;
        while (bucket.TryTake(rate))
        {
            taken++;
        }

        return taken;
    }
}
