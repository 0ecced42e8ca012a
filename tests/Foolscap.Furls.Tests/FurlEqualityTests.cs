namespace Foolscap.Furls.Tests;

internal sealed class FurlEqualityTests
{
    private const string Text = "pb://a@tcp:h:80,x/n";

    [TestCase("pb://a@tcp:h:80,x/n")]
    [TestCase("pb://a@h:80,x/n")]
    [TestCase("some text pb://a@h:080,x/n\n")]
    public void Equality_SameParts_AreEqual(string other)
    {
        Furl a = Furl.Parse(Text);
        Furl b = Furl.Parse(other);

        Assert.That(a == b, Is.True);
        Assert.That(a != b, Is.False);
        Assert.That(a.Equals((object)b), Is.True);
        Assert.That(a.GetHashCode(), Is.EqualTo(b.GetHashCode()));
        Assert.That(a.RefersToSameObject(b), Is.True);
    }

    [TestCase("pb://b@tcp:h:80,x/n", false)]
    [TestCase("pb://A@tcp:h:80,x/n", false)]
    [TestCase("pb://a@tcp:h:80,x/N", false)]
    [TestCase("pb://a@tcp:h:80,x/n ", false)]
    [TestCase("pb://a@tcp:h:80/n", true)]
    [TestCase("pb://a@x,tcp:h:80/n", true)]
    [TestCase("pb://a@/n", true)]
    public void Equality_OtherParts_Differ(string other, bool sameObject)
    {
        Furl a = Furl.Parse(Text);
        Furl b = Furl.Parse(other);

        Assert.That(a == b, Is.False);
        Assert.That(a != b, Is.True);
        Assert.That(a.Equals(b), Is.False);
        Assert.That(a.RefersToSameObject(b), Is.EqualTo(sameObject));
        Assert.That(b.RefersToSameObject(a), Is.EqualTo(sameObject));
    }

    [Test]
    public void Equality_Null_Differs()
    {
        Furl? nothing = null;
        Furl furl = Furl.Parse(Text);

        Assert.That(nothing == null, Is.True);
        Assert.That(furl == nothing, Is.False);
        Assert.That(nothing == furl, Is.False);
        Assert.That(furl.Equals(nothing), Is.False);
        Assert.That(furl.Equals((object)Text), Is.False);
        Assert.That(() => furl.RefersToSameObject(null!), Throws.ArgumentNullException);
    }
}
