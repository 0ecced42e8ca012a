using Foolscap.Relay.Server.Admission;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Server.Tests.Admission;

internal sealed class TokenBucketTests
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    public void TryTake_FullBucket_GivesTheBurstAndNoMore()
    {
        TokenBucket bucket = new(perSecond: 5, burst: 10, _time);
        Assert.That(TakeAll(bucket), Is.EqualTo(10));
    }

    [Test]
    public void TryTake_AfterASecond_GivesTheRate()
    {
        TokenBucket bucket = new(perSecond: 5, burst: 10, _time);
        TakeAll(bucket);
        _time.Advance(TimeSpan.FromSeconds(1.01));
        Assert.That(TakeAll(bucket), Is.EqualTo(5));
    }

    [Test]
    public void TryTake_AfterALongTime_GivesNoMoreThanTheBurst()
    {
        TokenBucket bucket = new(perSecond: 5, burst: 10, _time);
        TakeAll(bucket);
        _time.Advance(TimeSpan.FromDays(400));
        Assert.That(TakeAll(bucket), Is.EqualTo(10));
    }

    [Test]
    public void TryTake_AskedOftenWhileItFills_LosesNothingOfTheRate()
    {
        TokenBucket bucket = new(perSecond: 2, burst: 2, _time);
        TakeAll(bucket);
        int taken = 0;
        for (int i = 0; i < 1001; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            taken += TakeAll(bucket);
        }

        Assert.That(taken, Is.EqualTo(20));
    }

    [Test]
    public void Take_MoreThanThereIs_TellsHowLongTheDebtLasts()
    {
        TokenBucket bucket = new(perSecond: 100, burst: 50, _time);
        Assert.That(bucket.Take(50), Is.EqualTo(TimeSpan.Zero));
        Assert.That(bucket.Take(200).TotalSeconds, Is.EqualTo(2).Within(0.001));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(bucket.TryTake(), Is.False, "It is still in debt.");
        Assert.That(bucket.Take(0).TotalSeconds, Is.EqualTo(1).Within(0.001));
    }

    private static int TakeAll(TokenBucket bucket)
    {
        int taken = 0;
        while (bucket.TryTake())
        {
            taken++;
        }

        return taken;
    }
}
