namespace Foolscap.Tubs.Tests.Banana;

/// <summary>Messages by their structure: what is a call, what a violation of one, and what ends the connection.</summary>
internal sealed class MessageDecoderTests
{
    private const string Next = "(call 9 5 'next' (arguments 0))";

    [Test]
    public void Feed_CompleteCall_IsDeliveredWithItsLastByteOnly()
    {
        byte[] call = Wire.Call("(list 1 (tuple 'x' (none)) (dict (unicode 'k') 1.5))");
        DecoderRun run = new();

        run.Feed(call.AsSpan(0, call.Length - 1));
        Assert.That(run.Events, Is.Empty);

        run.Feed(call.AsSpan(call.Length - 1));
        Assert.That(run.Events, Is.EqualTo(new[] { "call 1 m([1, (b'x', None), {'k': 1.5}])" }));
    }

    [TestCase("(frobnicate 1)", "unknown OPEN type frobnicate")]
    [TestCase("(set-vocab 1 'x')", "unknown OPEN type set-vocab")]
    [TestCase("(copyable 'x')", "unknown OPEN type copyable")]
    [TestCase("(their-reference 1 'pb://x')", "gifts are refused")]
    [TestCase("(list (list (frobnicate (list 7 'x' 1.5 (dict)))))", "unknown OPEN type frobnicate")]
    [TestCase("(dict 1 2 1 3)", "duplicate key")]
    [TestCase("(dict 1 2 1.0 3)", "duplicate key")]
    [TestCase("(dict 1 2 (boolean 1) 3)", "duplicate key")]
    [TestCase("(dict 'k' 2 'k' 3)", "duplicate key in a dict: a byte string")]
    [TestCase("(dict (none) 2 (none) 3)", "duplicate key")]
    [TestCase("(dict (tuple 1 'x') 2 (tuple 1.0 'x') 3)", "duplicate key in a dict: a tuple")]
    [TestCase("(dict (list) 1)", "a list cannot be a dict's key")]
    [TestCase("(dict (dict) 1)", "a dict cannot be a dict's key")]
    [TestCase("(dict (tuple 1 (list)) 1)", "a tuple cannot be a dict's key")]
    [TestCase("(set (set))", "a set cannot be a dict's key or a set's member")]
    [TestCase("(immutable-set (list))", "a list cannot")]
    [TestCase("(reference 1000)", "dangling reference 1000")]
    [TestCase("(unicode #0182ff)", "not UTF-8")]
    [TestCase("(tuple (reference 2) (dict (reference 2) 1))", "cannot be a dict's key")]
    [TestCase("(your-reference 77)", "unknown CLID 77")]
    public void Feed_UnacceptableArgument_ViolatesThatCallAndNothingElse(string argument, string expected)
    {
        RecordingHandler handler = new() { Targets = clid => clid == 77 ? null : RecordingHandler.Target };

        List<string> events = new DecoderRun(handler: handler).Feed(Wire.Call(argument)).Feed(Next).Events;

        Assert.That(events, Has.Count.EqualTo(2));
        Assert.That(events[0], Does.StartWith("violation 1 ").And.Contains(expected));
        Assert.That(events[1], Is.EqualTo("call 9 next()"));
    }

    [Test]
    public void Feed_CallOfUnknownObject_ViolatesThatCall()
    {
        RecordingHandler handler = new() { Targets = clid => clid == 5 ? RecordingHandler.Target : null };

        List<string> events = new DecoderRun(handler: handler).Feed("(call 1 -6 'm' (arguments 1 (list 'x')))").Feed(Next).Events;

        Assert.That(events, Is.EqualTo(new[] { "violation 1 unknown CLID -6", "call 9 next()" }));
    }

    [Test]
    public void Feed_ViolationInCallWithoutAnswer_IsDropped() =>
        Assert.That(new DecoderRun().Feed("(call 0 5 'm' (arguments 1 (frobnicate)))").Feed(Next).Events, Is.EqualTo(new[] { "call 9 next()" }));

    [Test]
    public void Feed_UnknownTopLevelType_IsSkipped() =>
        Assert.That(new DecoderRun().Feed("(decgift 1 (list 'x'))").Feed(Next).Events, Is.EqualTo(new[] { "call 9 next()" }));

    [TestCase("(call 1 5 'm' (arguments 1 ABORT))")]
    [TestCase("(call 1 5 'm' (arguments 1 (list 1 (dict 2 ABORT))))")]
    [TestCase("(call 1 ABORT)")]
    [TestCase("(call 1 5 'm' (arguments 1 (list ABORT) ABORT) ABORT)")]
    public void Feed_Abort_DropsTheCallWithoutAnAnswer(string aborted) =>
        Assert.That(new DecoderRun().Feed(aborted).Feed(Next).Events, Is.EqualTo(new[] { "call 9 next()" }));

    [Test]
    public void Feed_AbortedAnswer_FailsTheCall() =>
        Assert.That(
            new DecoderRun().Feed("(answer 4 (list 1 ABORT))").Feed(Next).Events,
            Is.EqualTo(new[] { "failure 4 ViolationException ABORT received", "call 9 next()" }));

    [Test]
    public void Feed_AnswerThatNobodyAwaits_IsIgnored()
    {
        RecordingHandler handler = new() { Pending = id => id == 5 };

        List<string> events = new DecoderRun(handler: handler).Feed("(answer 4 (list 1))(error 3 'x')(answer 5 (none))").Events;

        Assert.That(events.Where(text => !text.StartsWith("failure 4", StringComparison.Ordinal)), Is.EqualTo(new[] { "answer 5 None" }));
    }

    [Test]
    public void Feed_UnacceptableAnswer_FailsTheCall() =>
        Assert.That(
            DecoderRun.Decode("(answer 4 (dict 1 2 1 3))"),
            Is.EqualTo(new[] { "failure 4 ViolationException duplicate key in a dict: 1" }));

    [TestCase("1", "outside of any message")]
    [TestCase("'x'", "outside of any message")]
    [TestCase(")", "outside of any message")]
    [TestCase("(call 1 5 'm' 3)", "cannot stand at this place")]
    [TestCase("(call -1 5 'm' (arguments 0))", "request id must be an INT")]
    [TestCase("(call 4294967296 5 'm' (arguments 0))", "")]
    [TestCase("(call 1 5 'm' (arguments -1))", "count of positional arguments must be an INT")]
    [TestCase("(call 1 5 'm' (arguments 'x'))", "count of positional arguments must be an INT")]
    [TestCase("(call 1 5 'm' (arguments 2 1))", "ended too early")]
    [TestCase("(call 1 5 'm' (arguments 0 'k'))", "ended too early")]
    [TestCase("(call 1 5 'm')", "ended too early")]
    [TestCase("(call 1 5)", "ended too early")]
    [TestCase("(call)", "ended too early")]
    [TestCase("(answer 1)", "ended too early")]
    [TestCase("(call 1 5 'm' (arguments 0 7 8))", "the name of a keyword")]
    [TestCase("(call 1 5 'm' (arguments 1 (unicode)))", "ended too early")]
    [TestCase("(call 1 5 'm' (arguments 1 (boolean)))", "ended too early")]
    [TestCase("(call 1 5 'm' (arguments 1 (none 1)))", "cannot stand")]
    [TestCase("(call 1 5 'm' (arguments 1 (unicode 7)))", "cannot stand")]
    [TestCase("(call 1 5 (list) (arguments 0))", "cannot stand")]
    [TestCase("(call 1 5 'm' (arguments 1 (my-reference)))", "ended too early")]
    [TestCase("#00880088", "follows an OPEN, where its type belongs")]
    [TestCase("#00880b8705817f89", "CLOSE(127)")]
    [TestCase("#00880b873087", "VOCAB 48")]
    [TestCase("#0388", null)]
    [TestCase("#018dff", "peer: ")]
    public void Feed_BrokenStream_EndsTheConnection(string wire, string? expected)
    {
        byte[] bytes = wire == ")" ? [0, 0x89] : Wire.Bytes(wire);

        List<string> events = new DecoderRun().FeedToTheEnd(bytes).Events;

        if (expected is null)
        {
            Assert.That(events, Is.Empty, "a lone OPEN waits for its type");
        }
        else
        {
            Assert.That(events, Has.Count.EqualTo(1));
            Assert.That(events[0], Does.StartWith("ended: ").And.Contains(expected));
        }
    }

    [Test]
    public void Feed_PingInTheMiddleOfAMessage_IsReportedAtOnce() =>
        Assert.That(
            new DecoderRun().Feed(Wire.Call("(list 1 PING 2)")).Events, Is.EqualTo(new[] { "ping 0", "call 1 m([1, 2])" }));

    [Test]
    public void Feed_PingInASkippedMessage_IsReported() =>
        Assert.That(
            new DecoderRun().Feed("(call 0 5 'm' (arguments 1 (frobnicate (list 1 PING))))").Events, Is.EqualTo(new[] { "ping 0" }));

    [Test]
    public void Feed_ViolationAfterReferences_GivesThemBack() =>
        Assert.That(
            DecoderRun.Decode(Wire.Call("(list (my-reference 3 '') (my-reference 4 '' 'pb://x') (frobnicate))")),
            Is.EqualTo(new[]
            {
                "received 3", "received 4 pb://x", "discarded 3", "discarded 4", "violation 1 unknown OPEN type frobnicate",
            }));

    [Test]
    public void Feed_ReferencesOfADeliveredCall_StayWithTheCall() =>
        Assert.That(
            new DecoderRun().Feed(Wire.Call("(my-reference 3 '')")).Feed(Wire.Call("(frobnicate)", 2)).Events,
            Has.None.StartsWith("discarded"));
}
