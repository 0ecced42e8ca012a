namespace Foolscap.Tubs.Tests.Banana;

/// <summary>Each limit on a message, just kept and just passed; what passes it ends that message only.</summary>
internal sealed class MessageLimitTests
{
    private static readonly TubLimits Small = new()
    {
        MaxStringBytes = 65_536,
        MaxIntegerBytes = 8,
        MaxMessageBytes = 70_000,
        MaxMessageTokens = 100,
        MaxDepth = 10,
    };

    private static IEnumerable<TestCaseData> Kept()
    {
        yield return Case("the longest string", String(65_536));
        yield return Case("the longest integer", "#0885ffffffffffffffff");
        yield return Case("the most bytes", $"(list {String(65_536)} {String(70_000 - 65_536 - 1)})");
        // 2 OPENs, the request id, clid, method, count; then the list's OPEN and its members.
        yield return Case("the most tokens", $"(list {string.Join(' ', Enumerable.Repeat("1", 93))})");
        yield return Case("the deepest nesting", Nest(8));
    }

    private static IEnumerable<TestCaseData> Passed()
    {
        yield return Case("a longer string", String(65_537), "STRING token of 65537 bytes is longer than the limit of 65536");
        yield return Case("a longer integer", "#0985010000000000000000", "LONGINT token of 9 bytes is longer than the limit of 8");
        yield return Case("a longer negative integer", "#0986010000000000000000", "LONGNEG token of 9 bytes is longer");
        yield return Case("more bytes", $"(list {String(65_536)} {String(70_000 - 65_536)})", "more bytes than the limit of 70000");
        yield return Case("more tokens", $"(list {string.Join(' ', Enumerable.Repeat("1", 94))})", "more tokens than the limit of 100");
        yield return Case("deeper nesting", Nest(9), "deeper than the limit of 10");
    }

    [TestCaseSource(nameof(Kept))]
    public void Feed_AtTheLimit_IsDelivered(string argument)
    {
        List<string> events = DecoderRun.Decode(Wire.Call(argument), Small);

        Assert.That(events, Has.Count.EqualTo(1));
        Assert.That(events[0], Does.StartWith("call 1 m("));
    }

    [TestCaseSource(nameof(Passed))]
    public void Feed_BeyondTheLimit_ViolatesThatCallAndTheNextIsDelivered(string argument, string expected)
    {
        byte[] input = [.. Wire.Call(argument), .. Wire.Bytes("(call 9 5 'next' (arguments 0))")];
        DecoderRun whole = new DecoderRun(Small).Feed(input);
        DecoderRun pieces = new(Small);
        for (int i = 0; i < input.Length; i += 1000)
        {
            pieces.Feed(input.AsSpan(i, Math.Min(1000, input.Length - i)));
        }

        Assert.That(whole.Events, Has.Count.EqualTo(2));
        Assert.That(whole.Events[0], Does.StartWith("violation 1 ").And.Contains(expected));
        Assert.That(whole.Events[1], Is.EqualTo("call 9 next()"));
        Assert.That(pieces.Events, Is.EqualTo(whole.Events));
    }

    [Test]
    public void Feed_ManyMessages_TheLimitsCountEachAnew()
    {
        DecoderRun run = new(Small);
        for (int i = 1; i <= 50; i++)
        {
            run.Feed(Wire.Call(String(65_536), i));
        }

        Assert.That(run.Events, Has.Count.EqualTo(50).And.All.StartsWith("call "));
    }

    [Test]
    public void Feed_AnswerBeyondTheLimit_FailsTheCall() =>
        Assert.That(
            DecoderRun.Decode(Wire.Bytes($"(answer 3 {Nest(10)})"), Small)[0],
            Does.StartWith("failure 3 ViolationException Sequences nest deeper"));

    [Test]
    public void Feed_StringThatWouldPassTheBytesOfAMessage_IsRefusedByItsLengthAlone()
    {
        DecoderRun run = new DecoderRun(Small).Feed(Wire.Call($"(list {String(60_000)} {String(60_000)})").AsSpan(0, 61_000));

        Assert.That(run.Events, Has.Count.EqualTo(1).And.All.Contains("more bytes than the limit of 70000"));
        Assert.That(run.LeftOver, Is.Zero, "none of it gathers");
    }

    private static TestCaseData Case(string name, params object[] arguments) => new TestCaseData(arguments).SetArgDisplayNames(name);

    private static string String(int length) => $"'{new string('x', length)}'";

    private static string Nest(int levels) => string.Concat(Enumerable.Repeat("(list ", levels)) + new string(')', levels);
}
