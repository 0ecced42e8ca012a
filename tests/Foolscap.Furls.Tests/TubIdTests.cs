namespace Foolscap.Furls.Tests;

internal sealed class TubIdTests
{
    private const string Full = "icd77yuhs7ehjqhp2zck34gx5g65tfb3";
    private const string KelvinSign = "\u212A";

    [TestCase("a")]
    [TestCase("234567")]
    [TestCase("abcdefghijklmnopqrstuvwxyz")]
    [TestCase("ABCDEFGHIJKLMNOPQRSTUVWXYZ")]
    [TestCase("aBc" + KelvinSign)]
    [TestCase(Full)]
    public void Parse_Base32_KeptAsWritten(string text)
    {
        Assert.That(TubId.Parse(text).ToString(), Is.EqualTo(text));
        Assert.That(TubId.Parse(text.AsSpan()).ToString(), Is.EqualTo(text));
    }

    [TestCase(Full + "extension")]
    [TestCase(Full + "!")]
    [TestCase(Full + "@/\n")]
    public void Parse_MoreThan32Characters_RestIsIgnored(string text)
    {
        TubId tubId = TubId.Parse(text);

        Assert.That(tubId.ToString(), Is.EqualTo(Full));
        Assert.That(tubId, Is.EqualTo(TubId.Parse(Full)));
    }

    [TestCase("", 0)]
    [TestCase("0", 0)]
    [TestCase("ab1", 2)]
    [TestCase("ab8c", 2)]
    [TestCase("ab9", 2)]
    [TestCase(" ab", 0)]
    [TestCase("ab\n", 2)]
    [TestCase("abc=", 3)]
    [TestCase("abé", 2)]
    [TestCase("a\u0130", 1)] // lower case is 'i' and a combining dot
    [TestCase("a\u017F", 1)] // upper case is 'S', but lower case is itself
    [TestCase("a\uFF41", 1)]
    [TestCase("icd77yuhs7ehjqhp2zck34gx5g65tfb😀", 31)] // the 32nd character starts a surrogate pair
    public void Parse_NotBase32_ThrowsWithPosition(string text, int position)
    {
        FurlFormatException thrown = Assert.Throws<FurlFormatException>(() => TubId.Parse(text))!;

        Assert.That(thrown.Position, Is.EqualTo(position));
        Assert.That(thrown.Message, Does.EndWith($"at position {position}."));
        Assert.That(TubId.TryParse(text, out TubId? fromString), Is.False);
        Assert.That(TubId.TryParse(text.AsSpan(), out TubId? fromSpan), Is.False);
        Assert.That(TubId.TryParse(text, null, out _), Is.False);
        Assert.That(TubId.TryParse(text.AsSpan(), null, out _), Is.False);
        Assert.That(fromString, Is.Null);
        Assert.That(fromSpan, Is.Null);
    }

    [Test]
    public void Parse_Null_ThrowsArgumentNull() =>
        Assert.That(() => TubId.Parse(null!), Throws.ArgumentNullException);

    [Test]
    public void TryParse_Null_ReturnsFalse()
    {
        Assert.That(TubId.TryParse(null, out TubId? result), Is.False);
        Assert.That(TubId.TryParse(null, null, out _), Is.False);
        Assert.That(result, Is.Null);
    }

    [Test]
    public void TryParse_Base32_ReturnsTrue()
    {
        Assert.That(TubId.TryParse(Full, out TubId? result), Is.True);
        Assert.That(result?.ToString(), Is.EqualTo(Full));
        Assert.That(TubId.TryParse(Full.AsSpan(), out _), Is.True);
        Assert.That(TubId.TryParse(Full, null, out _), Is.True);
        Assert.That(TubId.TryParse(Full.AsSpan(), null, out _), Is.True);
    }

    [Test]
    public void IsFullLength_Only32Characters_IsTrue()
    {
        Assert.That(TubId.Parse(Full).IsFullLength, Is.True);
        Assert.That(TubId.Parse(Full + "x").IsFullLength, Is.True);
        Assert.That(TubId.Parse(Full[1..]).IsFullLength, Is.False);
        Assert.That(TubId.Length, Is.EqualTo(32));
    }

    [TestCase("abc", "abc")]
    [TestCase("abcdefgh", "abcdefgh")]
    [TestCase(Full, "icd77yuh")]
    public void ToShortString_AnyLength_GivesAtMost8Characters(string text, string expected) =>
        Assert.That(TubId.Parse(text).ToShortString(), Is.EqualTo(expected));

    [TestCase("a", "a", 0)]
    [TestCase("a", "b", -1)]
    [TestCase("a", "ab", -1)]
    [TestCase("B", "a", -1)] // ordinal: upper case first
    [TestCase("2", "a", -1)]
    [TestCase("z", KelvinSign, -1)]
    public void Comparison_TwoTubIds_IsOrdinal(string left, string right, int expected)
    {
        TubId a = TubId.Parse(left);
        TubId b = TubId.Parse(right);

        Assert.That(Math.Sign(a.CompareTo(b)), Is.EqualTo(expected));
        Assert.That(Math.Sign(b.CompareTo(a)), Is.EqualTo(-expected));
        Assert.That(a < b, Is.EqualTo(expected < 0));
        Assert.That(a <= b, Is.EqualTo(expected <= 0));
        Assert.That(a > b, Is.EqualTo(expected > 0));
        Assert.That(a >= b, Is.EqualTo(expected >= 0));
        Assert.That(a == b, Is.EqualTo(expected == 0));
        Assert.That(a != b, Is.EqualTo(expected != 0));
        Assert.That(a.Equals(b), Is.EqualTo(expected == 0));
    }

    [Test]
    public void Comparison_Null_ComesFirst()
    {
        TubId? nothing = null;
        TubId a = TubId.Parse("a");

        Assert.That(a.CompareTo(nothing), Is.Positive);
        Assert.That(nothing < a, Is.True);
        Assert.That(a > nothing, Is.True);
        Assert.That(nothing <= null, Is.True);
        Assert.That(nothing >= null, Is.True);
        Assert.That(nothing == null, Is.True);
        Assert.That(a == nothing, Is.False);
        Assert.That(nothing == a, Is.False);
        Assert.That(a.Equals(nothing), Is.False);
        Assert.That(a.Equals((object)"a"), Is.False);
    }

    [Test]
    public void GetHashCode_SameText_IsEqual() =>
        Assert.That(TubId.Parse(Full).GetHashCode(), Is.EqualTo(TubId.Parse(Full + "tail").GetHashCode()));

    [Test]
    public void ISpanParsable_GenericCaller_Parses()
    {
        Assert.That(Generic.Parse<TubId>(Full), Is.EqualTo(TubId.Parse(Full)));
        Assert.That(Generic.TryParse<TubId>("!"), Is.False);
    }
}
