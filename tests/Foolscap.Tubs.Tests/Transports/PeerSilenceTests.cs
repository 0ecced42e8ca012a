using Foolscap.TestUtilities;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Tests.Transports;

internal sealed class PeerSilenceTests
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private FakeTimeProvider _time = null!;
    private PeerSilence _silence;

    [SetUp]
    public void Create() => (_time, _silence) = (new FakeTimeProvider(), default);

    [Test]
    public void IsDead_SomethingOnItsWayForAMinute_IsTrue() => Assert.That(LookUntilDead(unacked: 1, notSent: 100), Is.InRange(60, 65));

    [Test]
    public void IsDead_WindowClosedAndTheKernelHasAskedInVain_IsTrueAfterFiveMinutes() =>
        Assert.That(LookUntilDead(unacked: 0, notSent: 100), Is.InRange(300, 305));

    [Test]
    public void IsDead_ReaderStandsStillAndItsHostAnswersEveryTwoMinutes_IsFalse()
    {
        for (int seconds = 0; seconds < 3600; seconds += 5)
        {
            Assert.That(IsDead(unacked: 0, notSent: 100, ackAge: TimeSpan.FromSeconds(seconds % 120)), Is.False, $"after {seconds} s");
        }
    }

    [Test]
    public void IsDead_ReaderStandsStillAndOneOfTheQuestionsIsLost_IsFalse()
    {
        for (int seconds = 0; seconds < 3600; seconds += 5)
        {
            Assert.That(IsDead(unacked: 0, notSent: 100, ackAge: TimeSpan.FromSeconds(seconds % 240)), Is.False, $"after {seconds} s");
        }
    }

    [Test]
    public void IsDead_ThisProcessStoodStillMeanwhile_IsFalseAndMeasuredAnew()
    {
        IsDead(unacked: 1, notSent: 100, ackAge: TimeSpan.FromHours(1));
        _time.Advance(TimeSpan.FromSeconds(100));
        Assert.That(IsDead(unacked: 1, notSent: 100, ackAge: TimeSpan.FromHours(1)), Is.False);
        Assert.That(LookUntilDead(unacked: 1, notSent: 100), Is.InRange(50, 65));
    }

    [Test]
    public void IsDead_BusyAndAnswered_IsFalse()
    {
        for (int i = 0; i < 100; i++)
        {
            Assert.That(IsDead(unacked: 10, notSent: 1000, ackAge: TimeSpan.FromMilliseconds(20)), Is.False);
        }
    }

    [Test]
    public void IsDead_FirstBytesAfterAnHourOfSilence_IsFalse()
    {
        Assert.That(IsDead(unacked: 0, notSent: 0, ackAge: TimeSpan.FromHours(1)), Is.False);
        Assert.That(IsDead(unacked: 1, notSent: 0, ackAge: TimeSpan.FromHours(1)), Is.False);
        Assert.That(IsDead(unacked: 1, notSent: 0, ackAge: TimeSpan.FromHours(1)), Is.False);
    }

    [Test]
    public void IsDead_ClosedWindowOpensAfterALongSilence_IsFalse()
    {
        for (int seconds = 0; seconds < 115; seconds += 5)
        {
            IsDead(unacked: 0, notSent: 100, ackAge: TimeSpan.FromSeconds(seconds));
        }

        Assert.That(IsDead(unacked: 1, notSent: 100, ackAge: TimeSpan.FromSeconds(115)), Is.False, "This one has only just been sent.");
    }

    private int LookUntilDead(uint unacked, uint notSent)
    {
        TimeSpan age = TimeSpan.FromMinutes(10);
        for (int seconds = 0; seconds < 1000; seconds += 5)
        {
            if (IsDead(unacked, notSent, age + TimeSpan.FromSeconds(seconds)))
            {
                return seconds;
            }
        }

        return -1;
    }

    private bool IsDead(uint unacked, uint notSent, TimeSpan ackAge)
    {
        bool dead = _silence.IsDead(new TcpInfo(TcpState.Established, unacked, notSent, ackAge), _time);
        _time.Advance(Look);
        return dead;
    }
}
