namespace Foolscap.Tubs.Tests.Banana;

/// <summary><c>(reference N)</c> names the OPENs of a connection by their order, those of lost messages included.</summary>
internal sealed class OpenCountingTests
{
    [TestCase("(call 1 5 'm' (arguments 1 (list (list))))", 4)]
    [TestCase("(call 1 5 'm' (arguments 1 (frobnicate (list) (list (list)))))", 6)]
    [TestCase("(call 1 5 'm' (arguments 1 (list ABORT)))", 3)]
    [TestCase("(call 1 5 'm' (arguments 2 ABORT (list)))", 3)]
    [TestCase("(decgift (list))", 2)]
    [TestCase("(call 1 5 'm' (arguments 1 (#0382fffefd (list))))", 4)]
    [TestCase("(call 1 5 'm' (arguments 1 (#2a81 (list))))", 4)]
    [TestCase("(error 1 (copyable 'twisted.python.failure.Failure' 'value' 'x' 'parents' (list)))", 3)]
    [TestCase("(error 1 (copyable 'unknown.Class' 'state' (list)))", 3)]
    [TestCase("(error 1 (copyable #0382fffefd 'state' (list)))", 3)]
    [TestCase("(error 1 (list (list)))", 3)]
    public void Feed_MessageWithOpens_TheNextReferenceCountsThemAll(string message, int opens)
    {
        // The list of the second call is its third OPEN.
        byte[] next = Wire.Bytes($"(call 2 5 'm' (arguments 2 (list 7) (reference {opens + 2})))");

        List<string> events = new DecoderRun().Feed(message).Feed(next).Events;

        Assert.That(events[^1], Is.EqualTo("call 2 m([7], [7])"));
    }

    [Test]
    public void Feed_ReferenceIntoAnEarlierMessage_Dangles() =>
        Assert.That(
            new DecoderRun().Feed(Wire.Call("(list 1)")).Feed(Wire.Call("(reference 2)", 2)).Events[^1],
            Is.EqualTo("violation 2 dangling reference 2"));

    [TestCase("(list 1 (reference 2))", "[1, ...]")]
    [TestCase("(tuple 1 (list (reference 2)))", "(1, [...])")]
    [TestCase("(dict 1 (reference 2))", "{1: ...}")]
    [TestCase("(list (set 1) (reference 3))", "[{1}, {1}]")]
    [TestCase("(list (tuple 1) (reference 3) (dict (reference 3) 2))", "[(1,), (1,), {(1,): 2}]")]
    public void Feed_CyclesAndSharedContainers_AreOneObject(string argument, string expected) =>
        Assert.That(DecoderRun.Decode(Wire.Call(argument)), Is.EqualTo(new[] { $"call 1 m({expected})" }));

    [TestCase("(list (immutable-set 1) (reference 3))")]
    [TestCase("(list (unicode 'x') (reference 3))")]
    [TestCase("(list (none) (reference 3))")]
    public void Feed_ReferenceToWhatPythonDoesNotTrack_Dangles(string argument) =>
        Assert.That(DecoderRun.Decode(Wire.Call(argument)), Is.EqualTo(new[] { "violation 1 dangling reference 3" }));
}
