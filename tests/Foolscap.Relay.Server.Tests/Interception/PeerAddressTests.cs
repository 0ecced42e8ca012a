using System.Net;
using Foolscap.Relay.Server.Interception;
using Foolscap.Relay.Server.Tests.Fixtures;

namespace Foolscap.Relay.Server.Tests.Interception;

internal sealed class PeerAddressTests
{
    [TestCase("198.51.100.7", 4711, "198.51.100.7:4711")]
    [TestCase("2001:db8::7", 4711, "[2001:db8::7]:4711")]
    [TestCase("::ffff:198.51.100.7", 4711, "198.51.100.7:4711")]
    [TestCase("::1", 1, "[::1]:1")]
    public async Task Accept_CallerOfThisAddress_TellsItAsText(string host, int port, string peer)
    {
        await using RelayUnderTest test = await RelayUnderTest.StartAsync();
        ScriptedListener listener = await test.RegisterAsync();
        await test.CallAsync(address: new IPEndPoint(IPAddress.Parse(host), port));
        Acceptance acceptance = await listener.NextAsync();
        Assert.That(acceptance.ArgumentCount, Is.EqualTo(2));
        Assert.That(acceptance.Info, Is.EqualTo(new Dictionary<object, object?> { ["peer"] = peer }));
    }

    [Test]
    public void Format_NoAddress_IsStillHostAndPort() => Assert.That(PeerAddress.Format(null), Is.EqualTo("unknown:0"));
}
