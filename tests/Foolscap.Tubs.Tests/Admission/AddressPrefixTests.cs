using System.Net;

namespace Foolscap.Tubs.Tests.Admission;

internal sealed class AddressPrefixTests
{
    [TestCase("198.51.100.7:1", "198.51.100.7:2", true)]
    [TestCase("198.51.100.7:1", "198.51.100.8:1", false)]
    [TestCase("198.51.100.7:1", "[::ffff:198.51.100.7]:1", true)]
    [TestCase("[2001:db8::1]:1", "[2001:db8::ffff:ffff:ffff:ffff]:2", true)]
    [TestCase("[2001:db8::1]:1", "[2001:db8:0:1::1]:1", false)]
    [TestCase("0.0.0.0:1", "[::]:1", false)]
    public void Equals_TwoAddresses_IsByIPv4AddressOrIPv6Subnet(string one, string other, bool same)
    {
        AddressPrefix first = AddressPrefix.Of(IPEndPoint.Parse(one))!.Value;
        AddressPrefix second = AddressPrefix.Of(IPEndPoint.Parse(other))!.Value;
        Assert.Multiple(() =>
        {
            Assert.That(first.Equals(second), Is.EqualTo(same));
            Assert.That(first == second, Is.EqualTo(same));
            Assert.That(first != second, Is.Not.EqualTo(same));
            Assert.That(first.Equals((object)second), Is.EqualTo(same));
            Assert.That(first.GetHashCode() == second.GetHashCode(), Is.EqualTo(same), "No two of these collide.");
        });
    }

    [TestCase("198.51.100.7:1", "198.51.100.7")]
    [TestCase("[::ffff:198.51.100.7]:1", "198.51.100.7")]
    [TestCase("[2001:db8:1:2:3::4]:1", "2001:db8:1:2::/64")]
    public void ToString_Address_IsItOrItsSubnet(string address, string text) =>
        Assert.That(AddressPrefix.Of(IPEndPoint.Parse(address)).ToString(), Is.EqualTo(text));

    [Test]
    public void Of_NoIPAddress_IsNone() =>
        Assert.That(
            (AddressPrefix.Of(null), AddressPrefix.Of(new DnsEndPoint("relay.test", 1))), Is.EqualTo(((AddressPrefix?)null, (AddressPrefix?)null)));
}
