using Moq;

namespace Foolscap.Relay.Tests;

internal sealed class StreamTrafficTests
{
    [Test]
    public void Totals_StreamsThatAreThereAndWereThere_AreAddedUpOnce()
    {
        StreamTraffic traffic = new();
        IActiveStream first = Stream(outbound: 10, inbound: 1);
        IActiveStream second = Stream(outbound: 200, inbound: 20);
        traffic.Add(first);
        traffic.Add(second);
        Assert.That(traffic.Totals, Is.EqualTo(new StreamTotals(2, 0, 2, 0, 210, 21)));
        traffic.Remove(first, new StreamEnd(null, 11, 2));
        traffic.Remove(first, new StreamEnd(null, 11, 2));
        Assert.That(traffic.Totals, Is.EqualTo(new StreamTotals(1, 0, 2, 0, 211, 22)));
    }

    [Test]
    public void Withdraw_StreamThatHasNotStarted_IsAsIfItHadNeverBeen()
    {
        StreamTraffic traffic = new();
        IActiveStream stream = Stream(outbound: 10, inbound: 1);
        traffic.Add(stream);
        traffic.Withdraw(stream);
        traffic.Remove(stream, new StreamEnd(null, 11, 2));
        Assert.That(traffic.Totals, Is.EqualTo(default(StreamTotals)));
    }

    private static IActiveStream Stream(long outbound, long inbound) =>
        Mock.Of<IActiveStream>(stream => stream.OutboundBytes == outbound && stream.InboundBytes == inbound);
}
