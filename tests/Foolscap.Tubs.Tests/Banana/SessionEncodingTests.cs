using System.Collections.Frozen;
using System.Numerics;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Connections;
using Moq;

namespace Foolscap.Tubs.Tests.Banana;

/// <summary>This side's messages are, byte for byte, what Python Foolscap sent for the same calls and answers.</summary>
internal sealed class SessionEncodingTests
{
    private static readonly List<object?> Shared = [1, 2];

    private static IEnumerable<TestCaseData> Calls()
    {
        yield return Call("getReferenceByName", 1, 0, "getReferenceByName", [], ("name", "registrar"u8.ToArray()));
        yield return Call("unregister", 6, 1, "unregister", ["zdwusfmu7gfjuwftcntk4ao3dj3ymv5g"]);
        yield return Call("text-as-bytes", 7, 1, "unregister", ["zdwusfmu7gfjuwftcntk4ao3dj3ymv5g"u8.ToArray()]);
        yield return Call("kwargs", 14, 1, "kw", [1], ("c", 3), ("b", 2));
        yield return Call(
            "ints-back", 16, 1, "echo", [new object[] { 0, 127, 128L, int.MaxValue, 2147483648L, BigInteger.One << 63, -1, int.MinValue, -2147483649L, long.MinValue }]);
        yield return Call("floats", 17, 1, "echo", [new[] { 0.0, -0.0, 1.5, -2.25, 1e300, double.PositiveInfinity, Math.PI }]);
        yield return Call(
            "simple", 18, 1, "echo", [new object?[] { null, true, false, "bytes"u8.ToArray(), Array.Empty<byte>(), "text", "", "grüß ☃ 😀" }]);
        yield return Call(
            "tuple-set",
            19,
            1,
            "echo",
            [
                new object[]
                {
                    (1, "two", "three"u8.ToArray()), new BananaTuple(), new HashSet<object?> { 7 }, new object?[] { 8 }.ToFrozenSet(),
                    new List<object>(), new Dictionary<object, object>(),
                },
            ]);
        yield return Call(
            "dict-order",
            20,
            1,
            "echo",
            [
                new Dictionary<string, object?>
                {
                    ["zeta"] = 1, ["alpha"] = 2, ["mid"] = new Dictionary<string, object?> { ["b"] = 1, ["a"] = 2 },
                },
            ]);
        yield return Call("dict-int-keys", 21, 1, "echo", [new Dictionary<int, string> { [3] = "c", [1] = "a", [2] = "b" }]);
        yield return Call("shared", 22, 1, "take", [new List<object?> { Shared, Shared, new List<object?> { Shared } }]);
        yield return Call("shared-across-args", 23, 1, "take", [Shared, Shared]);
        yield return Call("vocab-text", 26, 1, "echo", [new object[] { "list", "dict", "call"u8.ToArray() }]);
        yield return Call("callRemoteOnly", 0, 1, "only", ["x"]);
        yield return Call("string-65536", 27, 2, "write", [Enumerable.Range(0, 65536).Select(i => (byte)i).ToArray()]);

        static TestCaseData Call(string step, long request, long clid, string method, object?[] arguments, params (string, object?)[] keywords) =>
            new TestCaseData(step, new CallMessage(
                request, clid, method, arguments, keywords.ToDictionary(pair => pair.Item1, pair => pair.Item2))).SetArgDisplayNames(step);
    }

    [TestCaseSource(nameof(Calls))]
    public void CallMessage_SameCall_SameBytesAsPython(string step, object message)
    {
        byte[] expected = SessionVectors.Find(step).ToServer;
        byte[] bytes = new EncoderRun(CountOpensBefore(step, toServer: true)).Encode((CallMessage)message);

        Assert.That(Convert.ToHexStringLower(bytes), Is.EqualTo(Convert.ToHexStringLower(expected)));
    }

    [Test]
    public void CallMessage_CyclicList_SameBytesAsPython()
    {
        List<object?> cycle = [1];
        cycle.Add(cycle);
        byte[] expected = SessionVectors.Find("cycle").ToServer;

        byte[] bytes = new EncoderRun(CountOpensBefore("cycle", toServer: true)).Encode(new CallMessage(25, 1, "take", [cycle], null));

        Assert.That(Convert.ToHexStringLower(bytes), Is.EqualTo(Convert.ToHexStringLower(expected)));
    }

    [Test]
    public void AnswerMessage_None_SameBytesAsPython()
    {
        byte[] bytes = new EncoderRun(CountOpensBefore("unregister", toServer: false)).Answer(null, 6);

        Assert.That(bytes, Is.EqualTo(SessionVectors.Find("unregister").ToClient));
    }

    [Test]
    public void AnswerMessage_NumbersOfEverySize_SameBytesAsPython()
    {
        object[] numbers = [0, 127, 128, int.MaxValue, 2147483648L, BigInteger.One << 63, -1, int.MinValue, -2147483649L, (BigInteger)long.MinValue];

        byte[] bytes = new EncoderRun(CountOpensBefore("ints-back", toServer: false)).Answer(numbers, 16);

        Assert.That(bytes, Is.EqualTo(SessionVectors.Find("ints-back").ToClient));
    }

    [Test]
    public void CallMessage_YourReference_SameBytesAsPython()
    {
        EncoderRun run = new(CountOpensBefore("your-reference", toServer: true));
        run.Exporter.Setup(exporter => exporter.GetClid(It.IsAny<RemoteReference>())).Returns(2);
        RemoteReference reference = new RecordingHandler().ReceiveMyReference(2, null);

        byte[] bytes = run.Encode(new CallMessage(9, 1, "echo", [reference], null));

        Assert.That(bytes, Is.EqualTo(SessionVectors.Find("your-reference").ToServer));
    }

    [Test]
    public void AnswerMessage_MyReferenceForTheFirstTime_TellsInterfaceAndFurlAsPythonDoes()
    {
        byte[] expected = SessionVectors.Find("getReferenceByName").ToClient;
        EncoderRun run = new(CountOpensBefore("getReferenceByName", toServer: false));
        run.Exporter.Setup(exporter => exporter.Export(RecordingHandler.Target)).Returns(new ExportedReference(
            1, IsFirst: true, "pb://icd77yuhs7ehjqhp2zck34gx5g65tfb3@tcp:127.0.0.1:37191/registrar"));

        Assert.That(run.Answer(RecordingHandler.Target), Is.EqualTo(expected));
    }

    [Test]
    public void AnswerMessage_MyReferenceAgain_TellsTheClidOnlyAsPythonDoes()
    {
        byte[] expected = SessionVectors.Find("your-reference").ToClient;
        EncoderRun run = new(CountOpensBefore("your-reference", toServer: false));
        run.Exporter.Setup(exporter => exporter.Export(RecordingHandler.Target)).Returns(new ExportedReference(2, IsFirst: false, null));

        Assert.That(run.Answer(RecordingHandler.Target, 9), Is.EqualTo(expected));
    }

    [TestCase("ping", 0UL)]
    [TestCase("ping-number", 300UL)]
    public void PingMessage_AndItsPong_SameBytesAsPython(string step, ulong number)
    {
        SessionStep vector = SessionVectors.Find(step);

        Assert.That(new EncoderRun().Encode(new PingMessage(number, isPong: false)), Is.EqualTo(vector.ToServer));
        Assert.That(new EncoderRun().Encode(new PingMessage(number, isPong: true)), Is.EqualTo(vector.ToClient));
    }

    [Test]
    public void BytesCallMessage_Write_SameBytesAsPythonHoweverTheDataIsCut()
    {
        byte[] data = "list"u8.ToArray();
        byte[] expected = SessionVectors.Find("write-vocab").ToClient;
        foreach (System.Buffers.ReadOnlySequence<byte> sequence in Segments.All(data))
        {
            byte[] bytes = new EncoderRun(CountOpensBefore("write-vocab", toServer: false))
                .Encode(new BytesCallMessage(3, 2, "write"u8.ToArray(), sequence));

            Assert.That(bytes, Is.EqualTo(expected));
        }
    }

    /// <summary>How many OPENs that side had sent before a step; the numbers on the wire go on from there.</summary>
    private static long CountOpensBefore(string name, bool toServer)
    {
        byte[] bytes = toServer ? SessionVectors.Find(name).ToServer : SessionVectors.Find(name).ToClient;
        System.Buffers.SequenceReader<byte> reader = new(new System.Buffers.ReadOnlySequence<byte>(bytes));
        return TokenHead.TryRead(ref reader, out TokenHead head) && head.Type == TokenType.Open
            ? (long)head.Value
            : throw new InvalidOperationException($"{name} does not start with an OPEN.");
    }
}
