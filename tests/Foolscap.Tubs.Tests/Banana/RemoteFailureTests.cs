using System.Text;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Connections;

namespace Foolscap.Tubs.Tests.Banana;

/// <summary>Error answers: what Foolscap would refuse is never sent, and what Foolscap sends is understood.</summary>
internal sealed class RemoteFailureTests
{
    [Test]
    public void Encode_AnyError_HasFoolscapsFourFieldsInItsOrder()
    {
        byte[] expected = Wire.Bytes(
            "(error 3 (copyable 'twisted.python.failure.Failure' 'value' 'bad' 'type' 'foolscap.tokens.Violation' "
            + "'traceback' 'Traceback unavailable\n' 'parents' (list 'foolscap.tokens.Violation' 'builtins.Exception')))");

        Assert.That(Encode(new ViolationException("bad"), 3), Is.EqualTo(expected));
    }

    [TestCase(1000)]
    [TestCase(1001)]
    [TestCase(100_000)]
    public void Encode_LongTexts_AreCutToWhatFoolscapTakes(int length)
    {
        RemoteException error = new(new string('T', length), new string('v', length), string.Empty, [new string('p', length)]);

        RemoteException copy = RoundTrip(error);

        Assert.That(copy.RemoteMessage, Has.Length.EqualTo(Math.Min(length, 1000)));
        Assert.That(copy.RemoteType, Has.Length.EqualTo(200));
        Assert.That(copy.RemoteParents, Has.Count.EqualTo(1).And.All.Length.EqualTo(200));
        Assert.That(copy.RemoteMessage.EndsWith("..", StringComparison.Ordinal), Is.EqualTo(length > 1000));
    }

    [TestCase("é")]
    [TestCase("☃")]
    [TestCase("😀")]
    public void Encode_LongTextOfWideCharacters_IsCutBetweenThemByItsBytes(string character)
    {
        string text = string.Concat(Enumerable.Repeat(character, 1000));

        string cut = RoundTrip(new RemoteException("T", text, string.Empty, [])).RemoteMessage;

        Assert.That(Encoding.UTF8.GetByteCount(cut), Is.InRange(990, 1000));
        Assert.That(cut, Does.StartWith(character + character).And.EndsWith(character + "..").And.Not.Contain("\uFFFD"));
    }

    [Test]
    public void Encode_Traceback_IsSentOnlyIfWantedAndCut()
    {
        InvalidOperationException error = new(new string('x', 5000));

        Assert.That(RoundTrip(error).RemoteTraceback, Is.EqualTo("Traceback unavailable\n"));
        Assert.That(Encoding.UTF8.GetByteCount(RoundTrip(error, withTraceback: true).RemoteTraceback), Is.EqualTo(2000));
    }

    [Test]
    public void Encode_DeepHierarchy_SendsAFewParents() =>
        Assert.That(
            RoundTrip(new RemoteException("T", "v", "", [.. Enumerable.Range(0, 50).Select(i => $"P{i}")])).RemoteParents,
            Has.Count.EqualTo(20));

    [TestCase(typeof(KeyNotFoundException), "builtins.KeyError", "builtins.LookupError")]
    [TestCase(typeof(UnknownMethodException), "builtins.AttributeError", "builtins.Exception")]
    [TestCase(typeof(InvalidOperationException), "System.InvalidOperationException", "System.Exception")]
    public void Encode_ExceptionsOfDotNet_HaveNamesAndParents(Type type, string name, string parent)
    {
        Exception error = type == typeof(UnknownMethodException)
            ? new RemoteCall("m", []).UnknownMethod()
            : (Exception)Activator.CreateInstance(type, "text")!;

        RemoteException copy = RoundTrip(error);

        Assert.That((copy.RemoteType, copy.Is(name), copy.Is(parent), copy.Is("builtins.ValueError")), Is.EqualTo((name, true, true, false)));
    }

    [Test]
    public void Encode_RemoteException_IsPassedOnAsItCame()
    {
        RemoteException error = new("builtins.ValueError", "no", "tb", ["builtins.ValueError", "builtins.Exception"]);

        RemoteException copy = RoundTrip(error);

        Assert.That((copy.RemoteType, copy.RemoteMessage, copy.Message), Is.EqualTo(("builtins.ValueError", "no", "builtins.ValueError: no")));
        Assert.That(copy.RemoteParents, Is.EqualTo(error.RemoteParents));
    }

    [TestCase("", ": ")]
    [TestCase("'type' 'T'", "T: ")]
    [TestCase("'value' 'v'", ": v")]
    [TestCase("'type' (unicode 'T') 'value' (unicode 'v')", "T: v")]
    [TestCase("'value' 7 'type' (list) 'parents' 'x' 'other' (dict)", ": ")]
    [TestCase("'value' #0282c328 'type' 'T'", "T: \uFFFD(")]
    public void Feed_ErrorWithOddFields_IsStillAnError(string fields, string expected) =>
        Assert.That(
            DecoderRun.Decode($"(error 3 (copyable 'twisted.python.failure.Failure' {fields}))"),
            Is.EqualTo(new[] { $"failure 3 RemoteException {expected}" }));

    [TestCase("(list)", "must hold a copyable")]
    [TestCase("(copyable 'some.Class' 'a' 'b')", "unknown copyable: some.Class")]
    [TestCase("(copyable 'twisted.python.failure.Failure' 7 'b')", "no byte string")]
    public void Feed_ErrorThatIsNoFailure_FailsTheCallAllTheSame(string body, string expected)
    {
        List<string> events = new DecoderRun().Feed($"(error 3 {body})").Feed("(answer 4 1)").Events;

        Assert.That(events[0], Does.StartWith("failure 3 ViolationException ").And.Contains(expected));
        Assert.That(events[1], Is.EqualTo("answer 4 1"));
    }

    private static byte[] Encode(Exception error, long requestId, bool withTraceback = false) =>
        new EncoderRun().Encode(new ErrorMessage(requestId, error, withTraceback));

    private static RemoteException RoundTrip(Exception error, bool withTraceback = false)
    {
        FailureCatcher catcher = new();
        new MessageDecoder(TubLimits.Default, catcher.Mock.Object)
            .Decode(new System.Buffers.ReadOnlySequence<byte>(Encode(error, 1, withTraceback)));
        return catcher.Failure ?? throw new AssertionException("no failure was delivered");
    }

    private sealed class FailureCatcher
    {
        public FailureCatcher()
        {
            Mock.Setup(handler => handler.IsPending(1)).Returns(true);
            Mock.Setup(handler => handler.HandleFailure(1, Moq.It.IsAny<FoolscapException>()))
                .Callback((long _, FoolscapException failure) => Failure = (RemoteException)failure);
        }

        public Moq.Mock<IMessageHandler> Mock { get; } = new(Moq.MockBehavior.Strict);

        public RemoteException? Failure { get; private set; }
    }
}
