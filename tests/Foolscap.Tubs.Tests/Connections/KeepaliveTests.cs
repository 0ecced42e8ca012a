using Foolscap.TestUtilities;
using Foolscap.Tubs.Connections;

namespace Foolscap.Tubs.Tests.Connections;

/// <summary>When silence ends a connection, and what is no silence.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class KeepaliveTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Keepalive _keepalive;
    private SendingState _sending;
    private int _pings;
    private int _drops;
    private int _stuck;
    private long _taken;

    public KeepaliveTests()
    {
        TubOptions options = new();
        WriteWatch writes = new(_clock, options.WriteTimeout, () => _sending.IsOnItsWay, () => _taken);
        _keepalive = new Keepalive(_clock, options, () => _pings++, _ => OnDrop(), writes, new SendProgress(() => _sending), () => _stuck++);
        _keepalive.Start();
    }

    [TearDown]
    public void Dispose() => _keepalive.Dispose();

    [Test]
    public void Silence_NothingMoves_IsDroppedAfterAMinuteAndPings()
    {
        _clock.Advance(TimeSpan.FromSeconds(59.9));
        Assert.That((_drops, _pings), Is.EqualTo((0, 2)));
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.That((_drops, _stuck), Is.EqualTo((1, 0)));
    }

    [Test]
    public void Silence_PingsAreAcknowledgedByTheHostAndNothingElseMoves_IsDroppedAllTheSame()
    {
        for (int seconds = 0; seconds < 61; seconds++)
        {
            _sending = new SendingState(seconds, IsOnItsWay: false);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(_drops, Is.EqualTo(1));
    }

    [Test]
    public void Silence_LongMessageOnItsWayMoves_IsKeptUntilAMinuteAfterItHasStopped()
    {
        for (int seconds = 0; seconds < 600; seconds += 10)
        {
            _sending = new SendingState(seconds, IsOnItsWay: true);
            _taken = seconds;
            _clock.Advance(TimeSpan.FromSeconds(10));
            Assert.That(_drops, Is.Zero, $"after {seconds} s");
        }

        _sending = _sending with { IsOnItsWay = false };
        _clock.Advance(TimeSpan.FromSeconds(45));
        Assert.That(_drops, Is.Zero, "The PING may only just have arrived.");
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.That((_drops, _stuck), Is.EqualTo((1, 0)));
    }

    [Test]
    public void Silence_ProcessStoodStill_PeerIsAskedAndHasItsTimeAnew()
    {
        _sending = new SendingState(0, IsOnItsWay: true);
        _clock.Advance(TimeSpan.FromSeconds(16));
        _clock.StandStill(TimeSpan.FromSeconds(100));
        Assert.That((_drops, _stuck, _pings), Is.EqualTo((0, 0, 1)));
        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.That((_drops, _stuck), Is.EqualTo((0, 0)));
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.That(_drops, Is.EqualTo(1));
    }

    private void OnDrop()
    {
        _drops++;
        _keepalive.Dispose();
    }
}
