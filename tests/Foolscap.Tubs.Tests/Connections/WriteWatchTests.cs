using Foolscap.TestUtilities;
using Foolscap.Tubs.Connections;

namespace Foolscap.Tubs.Tests.Connections;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class WriteWatchTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _clock = new();
    private readonly WriteWatch _watch;
    private bool _isSending;
    private long _taken;

    public WriteWatchTests() => _watch = new WriteWatch(_clock, Timeout, () => _isSending, () => _taken);

    [Test]
    public void IsStuck_NothingTakenForTheTimeout_IsTrueThenAndNotBefore()
    {
        _isSending = true;
        Assert.That(LookAfter(0), Is.False);
        Assert.That(LookAfter(59.9), Is.False);
        Assert.That(LookAfter(0.2), Is.True);
    }

    [Test]
    public void IsStuck_OneByteTakenInEachTimeout_IsFalse()
    {
        _isSending = true;
        for (int i = 0; i < 10; i++)
        {
            Assert.That(LookAfter(59), Is.False);
            _taken++;
        }
    }

    [Test]
    public void IsStuck_NothingToSend_IsFalseAndTheTimeStartsAnewAfterwards()
    {
        _isSending = true;
        LookAfter(0);
        _isSending = false;
        Assert.That(LookAfter(59), Is.False);
        _isSending = true;
        Assert.That(LookAfter(59), Is.False);
        Assert.That(LookAfter(59.9), Is.False);
        Assert.That(LookAfter(0.2), Is.True);
    }

    [Test]
    public void UntilNext_IsAQuarterOrWhatIsLeft()
    {
        Assert.That(_watch.UntilNext, Is.EqualTo(TimeSpan.FromSeconds(15)));
        _isSending = true;
        LookAfter(0);
        Assert.That(_watch.UntilNext, Is.EqualTo(TimeSpan.FromSeconds(15)));
        LookAfter(50);
        Assert.That(_watch.UntilNext, Is.EqualTo(TimeSpan.FromSeconds(10)).Within(TimeSpan.FromMilliseconds(1)));
    }

    private bool LookAfter(double seconds)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        return _watch.IsStuck();
    }
}
