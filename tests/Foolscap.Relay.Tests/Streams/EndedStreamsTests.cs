using Foolscap.Relay.Streams;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Tests.Streams;

internal sealed class EndedStreamsTests
{
    private const long SmallProcess = 4 * 1024 * 1024;

    private readonly FakeTimeProvider _time = new();
    private EndedStreams _streams = null!;
    private long _held;
    private int _collected;

    [SetUp]
    public void Create() => (_streams, _held, _collected) = (new EndedStreams(_time, () => _held, () => _collected++), SmallProcess, 0);

    [Test]
    public void Add_ManyEndTogether_AreCollectedOnceAfterTheLast()
    {
        End(1000);
        Assert.That(_collected, Is.Zero);
        _time.Advance(EndedStreams.Delay);
        Assert.That(_collected, Is.EqualTo(1));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.That(_collected, Is.EqualTo(1));
    }

    [Test]
    public void Add_AsManyAgain_AreCollectedAgain()
    {
        End(EndedStreams.Least);
        _time.Advance(EndedStreams.Delay);
        End(EndedStreams.Least - 1);
        _time.Advance(EndedStreams.Delay);
        Assert.That(_collected, Is.EqualTo(1));
        End(1);
        _time.Advance(EndedStreams.Delay);
        Assert.That(_collected, Is.EqualTo(2));
    }

    /// <summary>A host's own heap may be large, and is not to be looked through for little.</summary>
    [Test]
    public void Add_TheProcessHoldsMuchElse_IsCollectedWhenItIsAQuarter()
    {
        _held = 4096L * EndedStreams.BytesOfOne * 4;
        End(4095);
        _time.Advance(EndedStreams.Delay);
        Assert.That(_collected, Is.Zero);
        End(1);
        _time.Advance(EndedStreams.Delay);
        Assert.That(_collected, Is.EqualTo(1));
    }

    [TearDown]
    public void CheckTimers() => Assert.That(_time.ArmedTimers, Is.Empty);

    private void End(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _streams.Add();
        }
    }
}
