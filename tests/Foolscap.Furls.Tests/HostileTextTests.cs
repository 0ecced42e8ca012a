using System.Diagnostics;

namespace Foolscap.Furls.Tests;

internal sealed class HostileTextTests
{
    private const int Count = 1_000_000;

    // Linear time is some ten milliseconds; quadratic time would be many minutes, so the limit need not be sharp.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private static IEnumerable<TestCaseData> HostileFurls()
    {
        yield return Case("starts without '@'", Repeat("pb://"), false);
        yield return Case("signs without a slash", "pb://" + Repeat("a@"), false);
        yield return Case("starts before one '@' and a broken name", Repeat("pb://") + "@h/n\nm", false);
        yield return Case("starts with empty TubIDs", Repeat("pb://@"), false);
        yield return Case("starts with broken names", Repeat("pb://a@h/n\n") + "\n", false);
        yield return Case("starts before one far newline", Repeat("pb://a@h/n") + "\nx", false);
        yield return Case("starts with broken names and a good end", Repeat("pb://a@h/n\n") + "pb://a@h/m", true);
        yield return Case("a long TubID", "pb://" + Repeat("a") + "@h/n", true);
        yield return Case("a long name", "pb://a@h/" + Repeat("/@"), true);
        yield return Case("a name of newlines", "pb://a@h/" + Repeat("\n"), false);
        yield return Case("hints of one character", "pb://a@" + Repeat("x,") + "x/n", true);
        yield return Case("empty hints", "pb://a@" + Repeat(",") + "/n", false);
        yield return Case("signs", Repeat("@"), false);
    }

    private static IEnumerable<TestCaseData> HostileHints()
    {
        yield return Case("an old port and a letter", "h:" + Repeat("1") + "x", false);
        yield return Case("an old port", "h:" + Repeat("1"), false);
        yield return Case("an old port of zeros", "h:" + Repeat("0") + "80", true);
        yield return Case("a port and a letter", "tcp:h:" + Repeat("1") + "x", false);
        yield return Case("a port", "tcp:h:" + Repeat("9"), false);
        yield return Case("a port of zeros", "tcp:h:" + Repeat("0") + "80", true);
        yield return Case("a port in surrogate pairs", "tcp:h:" + Repeat("\U0001D7D8"), false);
        yield return Case("a name", "tcp:" + Repeat("a.") + ":80", true);
        yield return Case("a quad of digits of another script", "tcp:" + Repeat("\u0661.") + ":80", false);
        yield return Case("an address", "tcp:[" + Repeat("1:") + "]:80", true);
        yield return Case("an address that ends in a quad", "tcp:[" + Repeat("1:") + "1.2.3.4]:80", true);
        yield return Case("an address that ends in a broken quad", "tcp:[" + Repeat("1:") + Repeat("1.") + "]:80", false);
        yield return Case("an address with a zone", "tcp:[::%" + Repeat("a") + "]:80", true);
        yield return Case("brackets", "tcp:" + Repeat("[]"), false);
        yield return Case("colons", Repeat(":"), false);
    }

    [TestCaseSource(nameof(HostileFurls))]
    public void FurlParse_HostileText_TakesLinearTime(string text, bool expected)
    {
        long start = Stopwatch.GetTimestamp();

        Assert.That(Furl.TryParse(text, out _), Is.EqualTo(expected));
        if (!expected)
        {
            FurlFormatException thrown = Assert.Throws<FurlFormatException>(() => Furl.Parse(text))!;
            Assert.That(thrown.Message, Has.Length.LessThan(200));
        }

        Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(Limit));
    }

    [TestCaseSource(nameof(HostileHints))]
    public void HintParse_HostileText_TakesLinearTime(string text, bool expected)
    {
        long start = Stopwatch.GetTimestamp();

        Assert.That(ConnectionHint.Parse(text).TryGetTcpEndpoint(out _, out _), Is.EqualTo(expected));

        Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(Limit));
    }

    // Python's int() refuses more than 4300 digits, which makes Foolscap drop the hint; here no length is special.
    [TestCase(4300)]
    [TestCase(4301)]
    public void HintParse_MoreDigitsThanPythonTakes_IsStillAnOldHint(int zeros) =>
        Assert.That(
            ConnectionHint.Parse("h:" + new string('0', zeros) + "80"), Is.EqualTo(ConnectionHint.Tcp("h", 80)));

    [Test]
    public void WithRelayHints_ManyHints_TakesLinearTime()
    {
        long start = Stopwatch.GetTimestamp();
        ConnectionHint[] many = [.. Enumerable.Range(0, 200_000).Select(number => ConnectionHint.Parse($"x:y{number}"))];
        Furl furl = new(TubId.Parse("a"), many, "n");

        Assert.That(furl.WithRelayHints(many.Reverse(), RelayHintPlacement.Last).Hints, Has.Count.EqualTo(many.Length));
        Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(Limit));
    }

    private static string Repeat(string text) => string.Concat(Enumerable.Repeat(text, Count));

    // Without a name of its own, a case would show its text.
    private static TestCaseData Case(string name, string text, bool expected) =>
        new TestCaseData(text, expected).SetName("{m}(" + name + ")");
}
