namespace Foolscap.Furls.Tests;

internal sealed class TcpHintTests
{
    [TestCase("h", 80, "tcp:h:80")]
    [TestCase("Relay-1.example.org", 65535, "tcp:Relay-1.example.org:65535")]
    [TestCase("192.0.2.1", 1, "tcp:192.0.2.1:1")]
    [TestCase("::1", 80, "tcp:[::1]:80")]
    [TestCase("[::1]", 80, "tcp:[::1]:80")]
    [TestCase("2001:db8::a", 80, "tcp:[2001:db8::a]:80")]
    [TestCase("::ffff:192.0.2.1", 80, "tcp:[::ffff:192.0.2.1]:80")]
    [TestCase("fe80::1%eth0", 80, "tcp:[fe80::1%eth0]:80")]
    [TestCase("[fe80::1%2]", 80, "tcp:[fe80::1%2]:80")]
    public void Tcp_GoodHost_MakesAHintThatLeadsThere(string host, int port, string expected)
    {
        ConnectionHint hint = ConnectionHint.Tcp(host, port);

        Assert.That(hint.ToString(), Is.EqualTo(expected));
        Assert.That(ConnectionHint.Parse(expected), Is.EqualTo(hint));
        Assert.That(hint.TryGetTcpEndpoint(out string? actualHost, out int actualPort), Is.True);
        Assert.That(actualHost, Is.EqualTo(host.Trim('[', ']')));
        Assert.That(actualPort, Is.EqualTo(port));
    }

    [TestCase("")]
    [TestCase(" ")]
    [TestCase("h h")]
    [TestCase("h\n")]
    [TestCase("h,h")]
    [TestCase("h/h")]
    [TestCase("h_h")]
    [TestCase("bücher.example")]
    [TestCase("\u0661.2.3.4")]
    [TestCase("h:80")]
    [TestCase("ab:80")] // hexadecimal, but no address
    [TestCase("tcp:h")]
    [TestCase("::1]")]
    [TestCase("[::1")]
    [TestCase("[[::1]]")]
    [TestCase("[h]")]
    [TestCase("[1.2.3.4]")]
    [TestCase("[]")]
    [TestCase("[")]
    [TestCase("]")]
    [TestCase(":::")]
    [TestCase("::1%")]
    [TestCase("::1%eth-0")]
    [TestCase("::ffff:192.0.2.1%eth0")]
    [TestCase("1:2:3:4:5:6:7:8:9")]
    public void Tcp_BadHost_ThrowsArgument(string host) =>
        Assert.That(
            () => ConnectionHint.Tcp(host, 80),
            Throws.TypeOf<ArgumentException>().With.Property("ParamName").EqualTo("host"));

    [TestCase(int.MinValue)]
    [TestCase(-1)]
    [TestCase(0)]
    [TestCase(65536)]
    [TestCase(int.MaxValue)]
    public void Tcp_BadPort_ThrowsArgumentOutOfRange(int port) =>
        Assert.That(
            () => ConnectionHint.Tcp("h", port),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("port"));

    [Test]
    public void Tcp_NullHost_ThrowsArgumentNull() =>
        Assert.That(() => ConnectionHint.Tcp(null!, 80), Throws.ArgumentNullException);
}
