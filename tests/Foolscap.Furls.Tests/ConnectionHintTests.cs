namespace Foolscap.Furls.Tests;

internal sealed class ConnectionHintTests
{
    // U+0661 to U+0668 Arabic-Indic, U+0967 Devanagari, U+FF18 full width, U+1D7D8 mathematical (a surrogate pair)
    [TestCase("h:80", "tcp:h:80")]
    [TestCase("127.0.0.1:1", "tcp:127.0.0.1:1")]
    [TestCase("example.org:65536", "tcp:example.org:65536")]
    [TestCase("h:00080", "tcp:h:80")]
    [TestCase("h:000", "tcp:h:0")]
    [TestCase("h:123456789012345678901234567890", "tcp:h:123456789012345678901234567890")]
    [TestCase("tcp:80", "tcp:tcp:80")]
    [TestCase("-.:1", "tcp:-.:1")]
    [TestCase("h:80\n", "tcp:h:80")]
    [TestCase("h:\u0668\u0660", "tcp:h:80")]
    [TestCase("h:\u0660\u0968\uFF18", "tcp:h:28")]
    [TestCase("h:8\U0001D7D8", "tcp:h:80")]
    [TestCase("\u0661.2.3.\U0001D7D9\U0001D7D9\U0001D7D9:80", "tcp:\u0661.2.3.\U0001D7D9\U0001D7D9\U0001D7D9:80")]
    public void Parse_OldHint_IsReadAsTcp(string text, string expected)
    {
        ConnectionHint hint = ConnectionHint.Parse(text);

        Assert.That(hint.ToString(), Is.EqualTo(expected));
        Assert.That(hint.Type, Is.EqualTo("tcp"));
        Assert.That(hint, Is.EqualTo(ConnectionHint.Parse(expected)));
    }

    [TestCase("tcp:h:80")]
    [TestCase("tcp:h:0080")]
    [TestCase("tcp:h:80\n")]
    [TestCase("h:80\n\n")]
    [TestCase("h:80 ")]
    [TestCase("h:")]
    [TestCase(":80")]
    [TestCase("h:+80")]
    [TestCase("h:8\u00B2")] // a superscript is no decimal digit
    [TestCase("h:8\u2167")] // nor is a Roman numeral
    [TestCase("h_h:80")]
    [TestCase("h\u0661:80")] // digits of other scripts only in a dotted quad
    [TestCase("1.2.3.4444\u0661:80")]
    [TestCase("1.2.\u0661:80")]
    [TestCase("[::1]:80")] // no old form for IPv6
    [TestCase("tor:h.onion:80")]
    [TestCase("systemd:fd=3")]
    [TestCase("noColon")]
    [TestCase(":")]
    [TestCase("\n")]
    [TestCase("a@b")]
    [TestCase("\uD800")]
    [TestCase("h:8\uD835")] // half of a mathematical digit
    public void Parse_AnythingElse_IsKept(string text) =>
        Assert.That(ConnectionHint.Parse(text).ToString(), Is.EqualTo(text));

    [TestCase("", 0)]
    [TestCase(",", 0)]
    [TestCase("h:80,", 4)]
    [TestCase("h:80/x", 4)]
    [TestCase("a/b,c", 1)]
    public void Parse_EmptyOrSeparator_ThrowsWithPosition(string text, int position)
    {
        FurlFormatException thrown = Assert.Throws<FurlFormatException>(() => ConnectionHint.Parse(text))!;

        Assert.That(thrown.Position, Is.EqualTo(position));
        Assert.That(thrown.Message, Does.EndWith($"at position {position}."));
        Assert.That(ConnectionHint.TryParse(text, out ConnectionHint? result), Is.False);
        Assert.That(ConnectionHint.TryParse(text.AsSpan(), out _), Is.False);
        Assert.That(ConnectionHint.TryParse(text, null, out _), Is.False);
        Assert.That(ConnectionHint.TryParse(text.AsSpan(), null, out _), Is.False);
        Assert.That(result, Is.Null);
    }

    [Test]
    public void Parse_Null_ThrowsArgumentNull() =>
        Assert.That(() => ConnectionHint.Parse(null!), Throws.ArgumentNullException);

    [Test]
    public void TryParse_Null_ReturnsFalse()
    {
        Assert.That(ConnectionHint.TryParse(null, out ConnectionHint? result), Is.False);
        Assert.That(ConnectionHint.TryParse(null, null, out _), Is.False);
        Assert.That(result, Is.Null);
    }

    [TestCase("tcp:h:80", "tcp")]
    [TestCase("tor:h:80", "tor")]
    [TestCase("TCP:h:80", "TCP")]
    [TestCase("a:", "a")]
    [TestCase(":a", "")]
    [TestCase("a", "")]
    public void Type_AnyHint_IsWhatStandsBeforeTheFirstColon(string text, string expected) =>
        Assert.That(ConnectionHint.Parse(text).Type, Is.EqualTo(expected));

    [Test]
    public void Equality_OldAndNewForm_AreEqual()
    {
        ConnectionHint old = ConnectionHint.Parse("h:80");
        ConnectionHint current = ConnectionHint.Parse("tcp:h:80");

        Assert.That(old == current, Is.True);
        Assert.That(old != current, Is.False);
        Assert.That(old.Equals((object)current), Is.True);
        Assert.That(old.GetHashCode(), Is.EqualTo(current.GetHashCode()));
    }

    [TestCase("tcp:H:80")]
    [TestCase("tcp:h:080")]
    [TestCase("tcp:h:80\n")]
    public void Equality_OtherText_IsOther(string text)
    {
        ConnectionHint hint = ConnectionHint.Parse("tcp:h:80");

        Assert.That(hint == ConnectionHint.Parse(text), Is.False);
        Assert.That(hint != ConnectionHint.Parse(text), Is.True);
    }

    [Test]
    public void Equality_Null_IsOther()
    {
        ConnectionHint? nothing = null;
        ConnectionHint hint = ConnectionHint.Parse("tcp:h:80");

        Assert.That(nothing == null, Is.True);
        Assert.That(hint == nothing, Is.False);
        Assert.That(nothing == hint, Is.False);
        Assert.That(hint.Equals(nothing), Is.False);
        Assert.That(hint.Equals((object)"tcp:h:80"), Is.False);
    }

    [Test]
    public void ISpanParsable_GenericCaller_Parses()
    {
        Assert.That(Generic.Parse<ConnectionHint>("h:80"), Is.EqualTo(ConnectionHint.Parse("h:80")));
        Assert.That(Generic.TryParse<ConnectionHint>("a,b"), Is.False);
    }
}
