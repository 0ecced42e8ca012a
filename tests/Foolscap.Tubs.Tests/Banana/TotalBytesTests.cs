using System.Buffers;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Tests.Banana;

/// <summary>What the messages of all connections together make a Tub hold while they arrive.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TotalBytesTests
{
    private const int Step = HeldBytes.Step;

    private static readonly TubLimits Limits = new()
    {
        MaxStringBytes = 1_000_000,
        MaxMessageBytes = 2_000_000,
        MaxPendingBytes = 3_000_000,
        MaxTotalBytes = 3_000_000,
    };

    private readonly TotalBytes _total = new(Limits.MaxTotalBytes);

    [Test]
    public void Feed_LongStrings_CountAsFarAsTheyAreThere()
    {
        DecoderRun run = Create();
        byte[] call = Wire.Bytes($"(call 1 5 'm' (arguments 2 '{new string('x', 900_000)}' '{new string('y', 900_000)}'))");

        run.Feed(call.AsSpan(0, 100));
        Assert.That(_total.Count, Is.Zero, "what is only announced costs its peer nothing");
        run.Feed(call.AsSpan(100, 500_000));
        Assert.That(_total.Count, Is.EqualTo(500_000).Within(2 * Step));
        run.Feed(call.AsSpan(500_100, 1_200_000));
        Assert.That(_total.Count, Is.EqualTo(1_700_100).Within(2 * Step));
        run.Feed(call.AsSpan(1_700_100));

        Assert.That(run.Events, Has.Count.EqualTo(1).And.All.StartsWith("call 1 m("));
        Assert.That(_total.Count, Is.Zero, "whoever keeps the call counts it");
    }

    [Test]
    public void Feed_StringThatIsTakenInPlace_CountsUntilItIsHandedOver()
    {
        DecoderRun run = Create();
        run.Handler.Targets = _ => new Taker();
        byte[] call = Wire.Call($"'{new string('x', 900_000)}'");

        run.Feed(call.AsSpan(0, call.Length - 1));
        Assert.That(_total.Count, Is.EqualTo(900_000).Within(2 * Step));
        run.Feed(call.AsSpan(call.Length - 1));

        Assert.That(run.Events, Has.Count.EqualTo(1).And.All.StartsWith("bytes 1 m("));
        Assert.That(_total.Count, Is.Zero);
    }

    [Test]
    public void Feed_TokensOfAnUnfinishedMessage_CountAsWhatTheyCost()
    {
        DecoderRun run = Create();

        byte[] call = Wire.Call($"(list {string.Concat(Enumerable.Repeat("(list) ", 5000))})");
        run.Feed(call.AsSpan(0, call.Length - 6));

        Assert.That(_total.Count, Is.EqualTo(5000 * 192).Within(2 * Step));
    }

    [TestCase("'{0}' ABORT")]
    [TestCase("'{0}' (nonsense)")]
    [TestCase("'{0}' (reference 1000)")]
    public void Feed_MessageThatIsGivenUp_CountsNoMore(string arguments)
    {
        DecoderRun run = Create();

        run.Feed(Wire.Bytes($"(call 1 5 'm' (arguments 2 {arguments.Replace("{0}", new string('x', 900_000), StringComparison.Ordinal)}))"));

        Assert.That(run.Handler.Costs, Is.Empty);
        Assert.That(_total.Count, Is.Zero);
    }

    [Test]
    public void Feed_LongMessageWhileOthersHoldTooMuch_IsRefusedAndSkipped()
    {
        DecoderRun[] others = [.. Enumerable.Range(0, 3).Select(_ => Create())];
        byte[] call = Wire.Call($"'{new string('x', 990_000)}'");
        foreach (DecoderRun other in others)
        {
            other.Feed(call.AsSpan(0, call.Length - 10));
        }

        DecoderRun run = Create();
        run.Feed(call.AsSpan(0, 200_000));
        Assert.That(run.Events, Is.EqualTo(new[] { $"violation 1 {Limits.TooManyTotalBytes().Message}" }));
        Assert.That(run.LeftOver, Is.Zero, "none of it gathers");
        run.Feed(call.AsSpan(200_000));
        run.Feed(Wire.Bytes($"(call 9 5 'short' (arguments 1 '{new string('x', 64_000)}'))"));
        Assert.That(run.Events[1..], Has.Count.EqualTo(1).And.All.StartsWith("call 9 short("), "short ones get through");

        Array.ForEach(others, other => other.Feed(call.AsSpan(call.Length - 10)));
        Assert.That(Create().Feed(call).Events, Has.Count.EqualTo(1).And.All.StartsWith("call 1 "), "there is room again");
        Assert.That(_total.Count, Is.Zero);
    }

    [Test]
    public void Add_ShortThings_DoNotTouchTheTotal()
    {
        HeldBytes held = new(_total);

        held.Add(Step - 1);
        Assert.That(_total.Count, Is.Zero);
        held.Add(1);
        Assert.That(_total.Count, Is.EqualTo(Step));
        held.Add(-1);

        Assert.That(_total.Count, Is.Zero);
    }

    [Test]
    public void Add_FromManyThreads_AddsUp()
    {
        HeldBytes held = new(_total);
        held.Add(10 * Step);
        Parallel.For(0, 8, worker =>
        {
            for (int i = 1; i < 20_000; i++)
            {
                held.Add(i * (worker + 1));
                held.Add(-i * (worker + 1));
            }
        });

        Assert.That(_total.Count, Is.EqualTo(10 * Step));
    }

    [Test]
    public void End_WhatIsLetGoLater_CountsNoMore()
    {
        HeldBytes held = new(_total);
        HeldBytes other = new(_total);
        held.Add(5 * Step);
        other.Add(2 * Step);

        held.End();
        Assert.That(_total.Count, Is.EqualTo(2 * Step));
        held.Add(-5 * Step);
        held.Add(50 * Step);

        Assert.That(_total.Count, Is.EqualTo(2 * Step));
    }

    private DecoderRun Create() => new(Limits, held: new HeldBytes(_total));

    private sealed class Taker : IByteStringReceiver
    {
        public void Receive(string method, in ReadOnlySequence<byte> data, PendingAnswer answer) => throw new NotSupportedException();

        public ValueTask<object?> CallAsync(RemoteCall call) => throw call.UnknownMethod();
    }
}
