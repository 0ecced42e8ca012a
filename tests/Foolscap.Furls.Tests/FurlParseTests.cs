namespace Foolscap.Furls.Tests;

internal sealed class FurlParseTests
{
    private const string Tub = "icd77yuhs7ehjqhp2zck34gx5g65tfb3";

    private static readonly string[] TwoHints = ["tcp:h:80", "tor:x.onion:80"];

    [Test]
    public void Parse_WholeFurl_GivesItsParts()
    {
        Furl furl = Furl.Parse($"pb://{Tub}@h:80,tor:x.onion:80/swissnum");

        Assert.That(furl.TubId.ToString(), Is.EqualTo(Tub));
        Assert.That(furl.Hints.Select(hint => hint.ToString()), Is.EqualTo(TwoHints));
        Assert.That(furl.Name, Is.EqualTo("swissnum"));
    }

    [TestCase("look: pb://a@/n")]
    [TestCase("pb:/pb://a@/n")]
    [TestCase("PB://x pb://a@/n")]
    [TestCase("line one\nline two pb://a@/n")]
    [TestCase("pb://@ pb://a@/n")] // the first start has no TubID, so the second one counts
    [TestCase("pb://b@h/m\npb://a@/n")] // the first start has a newline in its name
    [TestCase("pb://b@h/\npb://a@/n")]
    public void Parse_TextBeforeTheFurl_IsSkipped(string text) =>
        Assert.That(Furl.Parse(text).ToString(), Is.EqualTo("pb://a@/n"));

    [TestCase("pb://a@/n", "n")]
    [TestCase("pb://a@/n\n", "n")]
    [TestCase("pb://a@/n\r\n", "n\r")]
    [TestCase("pb://a@/ ", " ")]
    [TestCase("pb://a@//", "/")]
    [TestCase("pb://a@/x/y@z,pb://b@h/m", "x/y@z,pb://b@h/m")]
    [TestCase("pb://a@/\u2028", "\u2028")]
    [TestCase("pb://a@/\uD800", "\uD800")]
    public void Parse_Name_IsTheRestWithoutOneNewline(string text, string name) =>
        Assert.That(Furl.Parse(text).Name, Is.EqualTo(name));

    [TestCase("pb://a@/n", new string[0])]
    [TestCase("pb://a@x/n", new[] { "x" })]
    [TestCase("pb://a@x,x/n", new[] { "x", "x" })]
    [TestCase("pb://a@b@c,d/n", new[] { "b@c", "d" })]
    [TestCase("pb://a@h:080\n,\n/n", new[] { "tcp:h:80", "\n" })]
    public void Parse_Hints_AreKeptInOrder(string text, string[] hints) =>
        Assert.That(Furl.Parse(text).Hints.Select(hint => hint.ToString()), Is.EqualTo(hints));

    [TestCase("pb://A@/n", "A")]
    [TestCase("pb://" + Tub + "+more/\n!@/n", Tub)]
    public void Parse_TubId_FollowsTheRulesOfTubId(string text, string tubId) =>
        Assert.That(Furl.Parse(text).TubId.ToString(), Is.EqualTo(tubId));

    [TestCase("pb://a@h:80,tor:x/some/name")]
    [TestCase("pb://a@/n")]
    [TestCase(" pb://" + Tub + "more@\u0661.1.1.1:\u0661,b@c\n/n\n")]
    public void Parse_ItsOwnText_GivesAnEqualFurl(string text)
    {
        Furl furl = Furl.Parse(text);

        Assert.That(Furl.Parse(furl.ToString()), Is.EqualTo(furl));
        Assert.That(Furl.Parse(furl.ToString()).ToString(), Is.EqualTo(furl.ToString()));
    }

    [Test]
    public void Parse_Null_ThrowsArgumentNull() => Assert.That(() => Furl.Parse(null!), Throws.ArgumentNullException);

    [Test]
    public void TryParse_Null_ReturnsFalse()
    {
        Assert.That(Furl.TryParse(null, out Furl? result), Is.False);
        Assert.That(Furl.TryParse(null, null, out _), Is.False);
        Assert.That(result, Is.Null);
    }

    [Test]
    public void TryParse_String_AgreesWithParse()
    {
        Assert.That(Furl.TryParse("pb://a@/n", out Furl? result), Is.True);
        Assert.That(result, Is.EqualTo(Furl.Parse("pb://a@/n")));
        Assert.That(Furl.TryParse("pb://a@,/n", out result), Is.False);
        Assert.That(result, Is.Null);
    }

    [Test]
    public void ISpanParsable_GenericCaller_Parses()
    {
        Assert.That(Generic.Parse<Furl>("pb://a@/n"), Is.EqualTo(Furl.Parse("pb://a@/n")));
        Assert.That(Generic.TryParse<Furl>("pb://a@h"), Is.False);
    }
}
