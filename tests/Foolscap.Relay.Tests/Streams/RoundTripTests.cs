using Foolscap.Relay.Streams;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Tests.Streams;

internal sealed class RoundTripTests
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    public void Shortest_FirstByteBeyondTheOldEdge_IsTheAnswersReturn()
    {
        RoundTrip roundTrip = new(_time);
        roundTrip.OnReceived(100);
        Assert.That(roundTrip.Shortest, Is.Null, "nothing was answered");
        roundTrip.OnOpening(edge: 1000);
        Pass(milliseconds: 10);
        roundTrip.OnReceived(1000);
        Assert.That(roundTrip.Shortest, Is.Null, "that had its place before");
        roundTrip.OnOpening(edge: 1100);
        Pass(milliseconds: 20);
        roundTrip.OnReceived(1001);

        Assert.That(roundTrip.Shortest, Is.EqualTo(TimeSpan.FromMilliseconds(30)).Within(TimeSpan.FromMilliseconds(1)), "from the first answer on");
    }

    [Test]
    public void Shortest_SenderThatHadNothingToSend_DoesNotCount()
    {
        RoundTrip roundTrip = new(_time);
        foreach ((long edge, int milliseconds) in new[] { (0L, 50), (100L, 20), (200L, 9000) })
        {
            roundTrip.OnOpening(edge);
            Pass(milliseconds);
            roundTrip.OnReceived(edge + 1);
        }

        Assert.That(roundTrip.Shortest, Is.EqualTo(TimeSpan.FromMilliseconds(20)).Within(TimeSpan.FromMilliseconds(1)));
    }

    private void Pass(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
}
