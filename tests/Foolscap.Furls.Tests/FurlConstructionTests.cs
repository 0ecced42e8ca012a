namespace Foolscap.Furls.Tests;

internal sealed class FurlConstructionTests
{
    private static readonly TubId Tub = TubId.Parse("a");

    [Test]
    public void Constructor_GoodParts_MakesTheFurl()
    {
        Furl furl = new(Tub, [ConnectionHint.Tcp("h", 80), ConnectionHint.Parse("tor:x")], "n");

        Assert.That(furl.ToString(), Is.EqualTo("pb://a@tcp:h:80,tor:x/n"));
    }

    [TestCase("n")]
    [TestCase("/")]
    [TestCase("pb://b@h/m")]
    [TestCase(" \r\u2028\0")]
    public void Constructor_AnyLegalName_SurvivesARoundTrip(string name)
    {
        Furl furl = new(Tub, [], name);

        Assert.That(Furl.Parse(furl.ToString()), Is.EqualTo(furl));
        Assert.That(furl.Name, Is.EqualTo(name));
    }

    [TestCase("")]
    [TestCase("\n")]
    [TestCase("secret\n")]
    [TestCase("sec\nret")]
    public void Constructor_NameThatWouldNotSurvive_ThrowsArgument(string name)
    {
        ArgumentException thrown = Assert.Throws<ArgumentException>(() => new Furl(Tub, [], name))!;

        Assert.That(thrown.ParamName, Is.EqualTo("name"));
        Assert.That(thrown.Message, Does.Not.Contain("sec").And.Not.Contain("ret"));
    }

    [Test]
    public void Constructor_Null_ThrowsArgument()
    {
        Assert.That(() => new Furl(null!, [], "n"), Throws.ArgumentNullException);
        Assert.That(() => new Furl(Tub, null!, "n"), Throws.ArgumentNullException);
        Assert.That(() => new Furl(Tub, [], null!), Throws.ArgumentNullException);
        Assert.That(
            () => new Furl(Tub, [null!], "n"), Throws.ArgumentException.With.Property("ParamName").EqualTo("hints"));
    }

    [Test]
    public void Hints_SourceOrCastChanges_StayTheSame()
    {
        List<ConnectionHint> source = [ConnectionHint.Tcp("h", 80)];
        Furl furl = new(Tub, source, "n");

        source.Add(ConnectionHint.Tcp("i", 80));

        Assert.That(furl.Hints, Has.Count.EqualTo(1));
        Assert.That(() => ((IList<ConnectionHint>)furl.Hints)[0] = source[1], Throws.TypeOf<NotSupportedException>());
    }

    [Test]
    public void WithHints_OtherHints_ChangesOnlyThem()
    {
        Furl furl = Furl.Parse("pb://a@x/n");

        Assert.That(furl.WithHints([]).ToString(), Is.EqualTo("pb://a@/n"));
        Assert.That(furl.WithHints([ConnectionHint.Parse("y")]).ToString(), Is.EqualTo("pb://a@y/n"));
        Assert.That(furl.ToString(), Is.EqualTo("pb://a@x/n"));
        Assert.That(() => furl.WithHints(null!), Throws.ArgumentNullException);
    }

    [Test]
    public void WithName_OtherName_ChangesOnlyIt()
    {
        Furl furl = Furl.Parse("pb://a@x/n");

        Assert.That(furl.WithName("m").ToString(), Is.EqualTo("pb://a@x/m"));
        Assert.That(furl.ToString(), Is.EqualTo("pb://a@x/n"));
        Assert.That(() => furl.WithName(""), Throws.ArgumentException);
        Assert.That(() => furl.WithName(null!), Throws.ArgumentNullException);
    }
}
