using System.Buffers;

namespace Foolscap.Tubs.Tests.Banana;

/// <summary>What a message may cost beside the calls that already wait for their answers.</summary>
internal sealed class PendingBytesTests
{
    private const long Limit = 10_000_000;

    private static readonly TubLimits Limits = new() { MaxStringBytes = 4_000_000, MaxMessageBytes = 8_000_000, MaxPendingBytes = Limit };

    [Test]
    public void Feed_StringThatWouldPassThem_IsRefusedByItsLengthAloneAndSkipped()
    {
        DecoderRun run = Create(held: Limit - 1_000_000);
        byte[] call = Wire.Call($"'{new string('x', 1_000_000)}'");

        run.Feed(call.AsSpan(0, 100));
        Assert.That(run.Events, Is.EqualTo(new[] { $"violation 1 {Limits.TooManyPendingBytes().Message}" }));
        Assert.That(run.LeftOver, Is.Zero, "none of it gathers");
        run.Feed(call.AsSpan(100)).Feed(Wire.Bytes("(call 9 5 'next' (arguments 0))"));

        Assert.That(run.Events[1..], Is.EqualTo(new[] { "call 9 next()" }));
    }

    [Test]
    public void Feed_StringThatJustFits_IsDelivered() =>
        Assert.That(
            Create(held: Limit - 1_000_000).Feed(Wire.Call($"'{new string('x', 999_000)}'")).Events,
            Has.Count.EqualTo(1).And.All.StartsWith("call 1 m("));

    [TestCase("0", 100_000)]
    [TestCase("(none)", 100_000)]
    [TestCase("(list)", 30_000)]
    [TestCase("(dict)", 30_000)]
    public void Feed_TokensThatWouldPassThem_AreRefused(string member, int count)
    {
        DecoderRun run = Create(held: Limit - 5_000_000);

        run.Feed(Wire.Call($"(list {string.Concat(Enumerable.Repeat(member + ' ', count))})"));

        Assert.That(run.Events, Is.EqualTo(new[] { $"violation 1 {Limits.TooManyPendingBytes().Message}" }));
        Assert.That(run.Handler.Values, Is.Empty);
    }

    [Test]
    public void Feed_AnswerThatWouldPassThem_FailsTheCall() =>
        Assert.That(
            Create(held: Limit).Feed(Wire.Bytes($"(answer 3 '{new string('x', 100_000)}')")).Events,
            Is.EqualTo(new[] { $"failure 3 ViolationException {Limits.TooManyPendingBytes().Message}" }));

    [Test]
    public void Feed_ShortCall_IsLeftToThoseWhoKeepIt() =>
        Assert.That(
            Create(held: Limit).Feed(Wire.Call($"'{new string('x', 65_536)}'")).Events,
            Has.Count.EqualTo(1).And.All.StartsWith("call 1 m("));

    [TestCase(65_536, "bytes 1 m(")]
    [TestCase(100_000, "violation 1 ")]
    public void Feed_ByteStringThatIsTakenInPlace_OnlyALongOneIsJudged(int length, string expected)
    {
        DecoderRun run = Create(held: Limit);
        run.Handler.Targets = _ => new Taker();

        Assert.That(run.Feed(Wire.Call($"'{new string('x', length)}'")).Events, Has.Count.EqualTo(1).And.All.StartsWith(expected));
    }

    // 6 tokens of 64 bytes around the arguments, and the method's name.
    [TestCase("7", 385 + 64)]
    [TestCase("'abc'", 385 + 64 + 3)]
    [TestCase("(unicode 'abc')", 385 + (2 * 64) + 3)]
    [TestCase("(list (dict) (tuple) (set) (immutable-set))", 385 + (5 * 192))]
    [TestCase("#0485ffffffff", 385 + 64 + 4)]
    public void HandleCall_Cost_IsThatOfItsTokensAndBytes(string argument, long cost)
    {
        DecoderRun run = new DecoderRun(Limits).Feed(Wire.Call(argument)).Feed(Wire.Call(argument, requestId: 2));

        Assert.That(run.Handler.Costs, Is.EqualTo(new[] { cost, cost }), "each message anew");
    }

    private static DecoderRun Create(long held) => new(Limits, new RecordingHandler { PendingBytes = held });

    private sealed class Taker : IByteStringReceiver
    {
        public void Receive(string method, in ReadOnlySequence<byte> data, PendingAnswer answer) => throw new NotSupportedException();

        public ValueTask<object?> CallAsync(RemoteCall call) => throw call.UnknownMethod();
    }
}
