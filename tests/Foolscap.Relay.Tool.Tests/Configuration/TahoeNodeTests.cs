using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Tool.Attach;

namespace Foolscap.Relay.Tool.Tests.Configuration;

internal sealed class TahoeNodeTests
{
    [TestCase("tcp:3457:interface=127.0.0.1", "127.0.0.1:3457")]
    [TestCase("tcp:3457", "127.0.0.1:3457")]
    [TestCase("tcp:port=3457", "127.0.0.1:3457")]
    [TestCase("3457", "127.0.0.1:3457")]
    [TestCase("tcp:3457:interface=192.168.1.5", "192.168.1.5:3457")]
    [TestCase("tcp:3457:interface=0.0.0.0", "127.0.0.1:3457")]
    [TestCase("tcp6:3457", "[::1]:3457")]
    [TestCase(@"tcp:3457:interface=\:\:1", "[::1]:3457")]
    [TestCase("listen:tor,tcp:3457:interface=127.0.0.1", "127.0.0.1:3457")]
    public void FindTarget_TubPort_IsAnAddressToConnectTo(string tubPort, string expected)
    {
        using TestFolder folder = new();
        folder.Write("tahoe.cfg", $"[client]\ntub.port = tcp:1\n\n[node]\nnickname = x\n# tub.port = tcp:2\nTub.Port={tubPort}\n[storage]\ntub.port = tcp:3\n");

        Assert.That(TahoeNode.Read(folder.FullName).FindTarget(), Is.EqualTo(IPEndPoint.Parse(expected)));
    }

    [Test]
    public void FindTarget_PortThatTheNodeChose_IsTakenFromItsFile()
    {
        using TestFolder folder = new();
        folder.Write("tahoe.cfg", "[node]\n");
        folder.Write("client.port", "tcp:41234\n");

        Assert.That(TahoeNode.Read(folder.FullName).FindTarget(), Is.EqualTo(IPEndPoint.Parse("127.0.0.1:41234")));
    }

    [TestCase("", "has never been started")]
    [TestCase("tub.port = disabled", "does not listen")]
    [TestCase("tub.port = listen:tor", "'listen:tor', which is no TCP port")]
    [TestCase("tub.port = tcp:0", "'tcp:0', which is no TCP port")]
    public void FindTarget_NothingToConnectTo_SaysWhatToWrite(string line, string expected)
    {
        using TestFolder folder = new();
        folder.Write("tahoe.cfg", $"[node]\n{line}\n");

        ToolException error = Assert.Throws<ToolException>(() => TahoeNode.Read(folder.FullName).FindTarget())!;

        Assert.That(error.Message, Does.Contain(expected));
        Assert.That(error.Advice, Does.Contain("tub.port = tcp:3457:interface=127.0.0.1"));
    }

    [Test]
    public void Advice_NodeWithoutTheRelay_GetsTheExactLines()
    {
        using TestFolder folder = new();
        folder.Write("tahoe.cfg", "[node]\ntub.port = tcp:3457:interface=127.0.0.1\ntub.location = AUTO\nreveal-IP-address = false\n");

        IReadOnlyList<string> lines = TahoeAdvice.Describe(TahoeNode.Read(folder.FullName), [ConnectionHint.Tcp("relay.example.org", 7000)]);

        Assert.That(lines, Does.Contain("tub.port = tcp:3457:interface=127.0.0.1").And.Contain("tub.location = tcp:relay.example.org:7000"));
        Assert.That(lines, Has.Some.Contains("reveal-IP-address"));
    }

    [Test]
    public void Advice_NodeWithTheRelay_IsThatNothingIsToBeChanged()
    {
        using TestFolder folder = new();
        folder.Write("tahoe.cfg", "[node]\ntub.port = tcp:3457\ntub.location = tcp:1.2.3.4:3457, tcp:relay.example.org:7000\n[storage]\nforce_foolscap = True\n");

        IReadOnlyList<string> lines = TahoeAdvice.Describe(TahoeNode.Read(folder.FullName), [ConnectionHint.Tcp("relay.example.org", 7000)]);

        Assert.That(lines, Has.Count.EqualTo(1).And.Some.Contains("nothing is to be changed"));
    }

    [Test]
    public void Advice_NodeThatHidesItsAddress_IsToldThatItDoesNotStart()
    {
        using TestFolder folder = new();
        folder.Write("tahoe.cfg", "[node]\ntub.port = tcp:3457\ntub.location = tcp:relay.example.org:7000\nreveal-IP-address = no\n[storage]\nforce_foolscap = True\n");

        IReadOnlyList<string> lines = TahoeAdvice.Describe(TahoeNode.Read(folder.FullName), [ConnectionHint.Tcp("relay.example.org", 7000)]);

        Assert.That(lines, Has.Some.Contains("reveal-IP-address").And.None.Contains("nothing is to be changed"));
    }

    [Test]
    public void FindPem_NodeThatHasNeverBeenStarted_SaysSo()
    {
        using TestFolder folder = new();
        folder.Write("tahoe.cfg", "[node]\ntub.port = tcp:3457\n");

        ToolException error = Assert.Throws<ToolException>(() => TahoeNode.Read(folder.FullName).FindPem())!;
        Assert.That(error.Message, Does.Contain("has never been started"));

        folder.Write("private/node.pem", "");
        Assert.That(TahoeNode.Read(folder.FullName).FindPem(), Is.EqualTo(folder["private/node.pem"]));
    }

    // Tahoe-LAFS 1.19 and later announce HTTPS beside Foolscap, and their clients then use nothing else; a relay cannot carry that.
    [TestCase("[storage]\nenabled = true\n", true)]
    [TestCase("", true)]
    [TestCase("[storage]\nforce_foolscap = false\n", true)]
    [TestCase("[client]\nforce_foolscap = true\n", true)]
    [TestCase("[storage]\nFORCE_foolscap: Yes\n", false)]
    [TestCase("[storage]\nenabled = false\n", false)]
    public void Advice_NodeThatOffersStorageByHttps_IsToldToForceFoolscap(string storage, bool expected)
    {
        using TestFolder folder = new();
        folder.Write("tahoe.cfg", $"[node]\ntub.port = tcp:3457\ntub.location = tcp:relay.example.org:7000\n{storage}");

        IReadOnlyList<string> lines = TahoeAdvice.Describe(TahoeNode.Read(folder.FullName), [ConnectionHint.Tcp("relay.example.org", 7000)]);

        Assert.That(lines.Contains("force_foolscap = true"), Is.EqualTo(expected));
    }
}
