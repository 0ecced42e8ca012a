namespace Foolscap.Furls.Tests;

internal sealed class FurlFormatExceptionTests
{
    private const string Tub = "icd77yuhs7ehjqhp2zck34gx5g65tfb3";

    // Letters that no message has, so that every one found in a message comes from the name.
    private const string Secret = "ЖЩЮЯЪЭФЦБД";

    private static readonly string[] Insertions =
        ["", "@", "/", ",", "\n", "\r", " ", "!", ":", "pb://", "Ш", "\0", "😀", "\uD800", "[", "%"];

    [TestCase("", 0, "it has no 'pb://'")]
    [TestCase("abc", 0, "it has no 'pb://'")]
    [TestCase("PB://a@/n", 0, "it has no 'pb://'")]
    [TestCase("http://a@h/n", 0, "it has no 'pb://'")]
    [TestCase("pb://", 5, "it ends before the '@'")]
    [TestCase("pb://a/n", 8, "it ends before the '@'")]
    [TestCase("pb://@h/n", 5, "the TubID is empty")]
    [TestCase("pb://a@", 7, "it ends before the '/'")]
    [TestCase("pb://a@h", 8, "it ends before the '/'")]
    [TestCase("pb://a@h/", 9, "the name is empty")]
    [TestCase("pb://a@h/\n", 9, "the name is empty")]
    [TestCase("pb://a@h/n\nm", 10, "the name has a line break")]
    [TestCase("pb://a@h/n\n\n", 10, "the name has a line break")]
    [TestCase("pb://a@h/\n\n", 9, "the name has a line break")]
    [TestCase("pb://a8@h/n", 6, "the TubID has '8' (U+0038), which is not base32 (a-z, 2-7),")]
    [TestCase("see pb://a\n@h/n", 10, "the TubID has U+000A, which")]
    [TestCase("pb://a\u202E@h/n", 6, "the TubID has U+202E, which")]
    [TestCase("pb://a😀@h/n", 6, "the TubID has '😀' (U+1F600), which")]
    [TestCase("pb://a\uD83D@h/n", 6, "the TubID has '\uFFFD' (U+FFFD), which")]
    [TestCase("pb://a/x@h/n", 6, "the TubID has '/' (U+002F), which")]
    [TestCase("pb://a@,/n", 7, "a connection hint is empty")]
    [TestCase("pb://a@h,/n", 9, "a connection hint is empty")]
    [TestCase("see pb://a@h,,i/n", 13, "a connection hint is empty")]
    [TestCase("pb://@x pb://a@h", 5, "the TubID is empty")] // of several starts, the first is reported
    public void Parse_BrokenFurl_SaysWhatAndWhere(string text, int position, string message)
    {
        FurlFormatException thrown = Assert.Throws<FurlFormatException>(() => Furl.Parse(text))!;

        Assert.That(thrown.Position, Is.EqualTo(position));
        Assert.That(thrown.Message, Does.StartWith("Not a FURL: " + message));
        Assert.That(thrown.Message, Does.EndWith($"at position {position}."));
        Assert.That(Furl.TryParse(text, out _), Is.False);
        Assert.That(Furl.TryParse(text.AsSpan(), out _), Is.False);
    }

    [TestCase("a/b", "Not a connection hint: a connection hint cannot hold '/' (U+002F) at position 1.")]
    [TestCase("", "Not a connection hint: a connection hint is empty at position 0.")]
    public void Parse_BrokenHint_SaysWhatAndWhere(string text, string message) =>
        Assert.That(() => ConnectionHint.Parse(text), Throws.TypeOf<FurlFormatException>().With.Message.EqualTo(message));

    [TestCase("a b", "Not a TubID: the TubID has U+0020, which is not base32 (a-z, 2-7), at position 1.")]
    [TestCase("", "Not a TubID: the TubID is empty at position 0.")]
    public void Parse_BrokenTubId_SaysWhatAndWhere(string text, string message) =>
        Assert.That(() => TubId.Parse(text), Throws.TypeOf<FurlFormatException>().With.Message.EqualTo(message));

    [Test]
    public void Message_OfAnyBrokenFurl_NeverHoldsMoreThanOneCharacterOfTheSecret()
    {
        int refused = 0;
        foreach (string text in BrokenFurls())
        {
            foreach (FurlFormatException thrown in Refusals(text))
            {
                refused++;
                Assert.That(thrown.Position, Is.InRange(0, text.Length));
                Assert.That(thrown.Message, Has.Length.LessThan(200));
                Assert.That(thrown.Message.Count(Secret.Contains), Is.LessThanOrEqualTo(1), thrown.Message);
                Assert.That(thrown.Message, Does.Not.Contain("\n").And.Not.Contain("\r").And.Not.Contain("\0"));
                Assert.That(thrown.InnerException, Is.Null);
                Assert.That(thrown.Data, Is.Empty);
            }
        }

        Assert.That(refused, Is.GreaterThan(1000));
    }

    // Every text with up to three characters lost at one place, something put in their stead, and cut off at the end.
    private static IEnumerable<string> BrokenFurls()
    {
        string[] wholes = [$"pb://{Tub}@tcp:h:80,x/{Secret}", $"pb://{Tub}@/{Secret}\n", Secret, $"a@h/{Secret}"];
        foreach (string whole in wholes)
        {
            for (int index = 0; index <= whole.Length; index++)
            {
                yield return whole[..index];
                for (int lost = 0; lost <= Math.Min(3, whole.Length - index); lost++)
                {
                    foreach (string insertion in Insertions)
                    {
                        yield return whole[..index] + insertion + whole[(index + lost)..];
                    }
                }
            }
        }
    }

    private static IEnumerable<FurlFormatException> Refusals(string text)
    {
        if (!Furl.TryParse(text, out _))
        {
            yield return Assert.Throws<FurlFormatException>(() => Furl.Parse(text))!;
        }

        if (!ConnectionHint.TryParse(text, out _))
        {
            yield return Assert.Throws<FurlFormatException>(() => ConnectionHint.Parse(text))!;
        }

        if (!TubId.TryParse(text, out _))
        {
            yield return Assert.Throws<FurlFormatException>(() => TubId.Parse(text))!;
        }
    }
}
