namespace Foolscap.Furls.Tests;

internal sealed class TcpEndpointTests
{
    [TestCase("tcp:h:80", "h", 80)]
    [TestCase("h:80", "h", 80)]
    [TestCase("tcp:example.org:1", "example.org", 1)]
    [TestCase("tcp:example.org:65535", "example.org", 65535)]
    [TestCase("tcp:127.0.0.1:80", "127.0.0.1", 80)]
    [TestCase("tcp:999.1:80", "999.1", 80)]
    [TestCase("tcp:-:80", "-", 80)]
    [TestCase("tcp:h:80\n", "h", 80)]
    [TestCase("tcp:h:0000000080", "h", 80)]
    [TestCase("tcp:h:\u0668\U0001D7D8", "h", 80)]
    [TestCase("tcp:\u0661.2.3.4:80", "\u0661.2.3.4", 80)]
    [TestCase("tcp:[::1]:80", "::1", 80)]
    [TestCase("tcp:[:]:80", ":", 80)]
    [TestCase("tcp:[2001:DB8::a]:80", "2001:DB8::a", 80)]
    [TestCase("tcp:[::ffff:192.0.2.1]:80", "::ffff:192.0.2.1", 80)]
    [TestCase("tcp:[ffff1.2.3.4]:80", "ffff1.2.3.4", 80)]
    [TestCase("tcp:[1234.5.6.7]:80", "1234.5.6.7", 80)]
    [TestCase("tcp:[:\u0661\u0662\U0001D7D9.2.3.4]:80", ":\u0661\u0662\U0001D7D9.2.3.4", 80)]
    [TestCase("tcp:[fe80::1%eth0]:80", "fe80::1%eth0", 80)]
    [TestCase("tcp:[fe80::1%1.2]:80", "fe80::1%1.2", 80)]
    public void TryGetTcpEndpoint_HintThatDefaultTcpTakes_GivesHostAndPort(string hint, string host, int port)
    {
        Assert.That(ConnectionHint.Parse(hint).TryGetTcpEndpoint(out string? actualHost, out int actualPort), Is.True);
        Assert.That(actualHost, Is.EqualTo(host));
        Assert.That(actualPort, Is.EqualTo(port));
    }

    [TestCase("tor:h:80")]
    [TestCase("TCP:h:80")]
    [TestCase(" tcp:h:80")]
    [TestCase("tcp")]
    [TestCase("tcp:")]
    [TestCase("tcp:h")]
    [TestCase("tcp:h:")]
    [TestCase("tcp::80")]
    [TestCase("tcp:h:0")]
    [TestCase("tcp:h:65536")]
    [TestCase("tcp:h:4294967376")] // 80 if it wrapped around
    [TestCase("tcp:h:99999999999999999999")]
    [TestCase("tcp:h:-80")]
    [TestCase("tcp:h:80x")]
    [TestCase("tcp:h:80:")]
    [TestCase("tcp:h:80\n\n")]
    [TestCase("tcp:h:80\r")]
    [TestCase("tcp:h\n:80")]
    [TestCase("tcp:h_h:80")]
    [TestCase("tcp:h\u0661:80")]
    [TestCase("tcp:\u0661.2.3.4.5:80")]
    [TestCase("tcp:\u0661.2.3.:80")]
    [TestCase("tcp:\u0661..3.4:80")]
    [TestCase("tcp:\u0661\u0661\u0661\u0661.2.3.4:80")]
    [TestCase("tcp:::1:80")]
    [TestCase("tcp:[:80")]
    [TestCase("tcp:[]:80")]
    [TestCase("tcp:[::1]")]
    [TestCase("tcp:[::1]80")]
    [TestCase("tcp:[::1]]:80")]
    [TestCase("tcp:[[::1]:80")]
    [TestCase("tcp:[g::1]:80")]
    [TestCase("tcp:[1.2.3.4]:80")] // at least one hexadecimal digit or colon before the quad
    [TestCase("tcp:[\u0661.2.3.4]:80")]
    [TestCase("tcp:[::\uD835.2.3.4]:80")]
    [TestCase("tcp:[::1.2.3]:80")]
    [TestCase("tcp:[::.2.3.4]:80")]
    [TestCase("tcp:[::1.2.3.4%eth0]:80")]
    [TestCase("tcp:[fe80::1%]:80")]
    [TestCase("tcp:[%eth0]:80")]
    [TestCase("tcp:[fe80::1%eth-0]:80")]
    public void TryGetTcpEndpoint_AnythingElse_ReturnsFalse(string hint)
    {
        Assert.That(ConnectionHint.Parse(hint).TryGetTcpEndpoint(out string? host, out int port), Is.False);
        Assert.That(host, Is.Null);
        Assert.That(port, Is.Zero);
    }
}
