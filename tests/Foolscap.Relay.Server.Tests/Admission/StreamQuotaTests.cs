using System.Net;
using Foolscap.Relay.Server.Admission;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests.Admission;

internal sealed class StreamQuotaTests
{
    private static readonly AddressPrefix? Here = AddressPrefix.Of(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1));
    private static readonly AddressPrefix? There = AddressPrefix.Of(new IPEndPoint(IPAddress.Parse("192.0.2.2"), 1));

    [Test]
    public void Enter_AllTogether_UpToTheLimit()
    {
        StreamQuota quota = new(new CurrentLimits(new RelayLimits { MaxStreams = 2 }));
        Assert.That((quota.Enter("a", Here), quota.Enter("b", There)), Is.EqualTo(((RelayRefusal?)null, (RelayRefusal?)null)));
        Assert.That(quota.Enter("c", address: null), Is.EqualTo(RelayRefusal.StreamLimit));
    }

    [Test]
    public void Enter_OneTub_UpToItsLimitAndOthersGoOn()
    {
        StreamQuota quota = new(new CurrentLimits(new RelayLimits { MaxStreamsPerTub = 1 }));
        Assert.That(quota.Enter("a", Here), Is.Null);
        Assert.That(quota.Enter("a", There), Is.EqualTo(RelayRefusal.StreamLimitOfTub));
        Assert.That(quota.Enter("b", Here), Is.Null);
    }

    [Test]
    public void Enter_OneAddress_UpToItsLimitAndOthersGoOn()
    {
        StreamQuota quota = new(new CurrentLimits(new RelayLimits { MaxStreamsPerAddress = 1 }));
        Assert.That(quota.Enter("a", Here), Is.Null);
        Assert.That(quota.Enter("b", Here), Is.EqualTo(RelayRefusal.StreamLimitOfAddress));
        Assert.That(quota.Enter("b", There), Is.Null);
    }

    [Test]
    public void Enter_NoAddress_CountsInAllAndForTheTubOnly()
    {
        StreamQuota quota = new(new CurrentLimits(new RelayLimits { MaxStreams = 2, MaxStreamsPerAddress = 1 }));
        Assert.That((quota.Enter("a", address: null), quota.Enter("a", address: null)), Is.EqualTo(((RelayRefusal?)null, (RelayRefusal?)null)));
        Assert.That(quota.Enter("a", address: null), Is.EqualTo(RelayRefusal.StreamLimit));
    }

    [Test]
    public void Enter_Refused_CountsNothing()
    {
        StreamQuota quota = new(new CurrentLimits(new RelayLimits { MaxStreams = 2, MaxStreamsPerTub = 1 }));
        quota.Enter("a", Here);
        for (int i = 0; i < 10; i++)
        {
            Assert.That(quota.Enter("a", There), Is.EqualTo(RelayRefusal.StreamLimitOfTub));
        }

        Assert.That(quota.Enter("b", There), Is.Null);
    }

    [TestCase("a", "192.0.2.1")]
    [TestCase("b", null)]
    public void Leave_EveryOneThatEntered_LeavesRoomForAsManyAgain(string tubId, string? host)
    {
        AddressPrefix? address = host is null ? null : AddressPrefix.Of(new IPEndPoint(IPAddress.Parse(host), 1));
        StreamQuota quota = new(new CurrentLimits(new RelayLimits { MaxStreams = 3, MaxStreamsPerTub = 3, MaxStreamsPerAddress = 3 }));
        for (int round = 0; round < 3; round++)
        {
            Assert.That(Enumerable.Range(0, 4).Select(_ => quota.Enter(tubId, address)), Is.EqualTo(new RelayRefusal?[] { null, null, null, RelayRefusal.StreamLimit }));
            Enumerable.Range(0, 3).ToList().ForEach(_ => quota.Leave(tubId, address));
        }
    }

    [Test]
    public void KeyedCounts_KeysThatCameAndWent_AreCountedEachForItself()
    {
        KeyedCounts<string> counts = new();
        counts.Add("a");
        counts.Add("a");
        counts.Add("b");
        Assert.That((counts["a"], counts["b"], counts["c"]), Is.EqualTo((2, 1, 0)));
        counts.Remove("a");
        counts.Remove("b");
        counts.Add("a");
        Assert.That((counts["a"], counts["b"]), Is.EqualTo((2, 0)));
        Assert.That(() => counts.Remove("b"), Throws.TypeOf<KeyNotFoundException>(), "A count below zero would let more in than the limit.");
    }
}
