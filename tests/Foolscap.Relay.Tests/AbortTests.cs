using System.Text;
using Foolscap.Relay.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;

namespace Foolscap.Relay.Tests;

/// <summary>Ends of both directions at once.</summary>
internal sealed class AbortTests
{
    [Test]
    public async Task Abort_ByThisSide_TellsTheOtherEndAndResetsTheLocalConnection()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync();
        test.Stream.Abort("enough");
        test.Stream.Abort("enough again");
        Assert.That((await test.Peer.NextAsync("abort")).Arguments, Is.EqualTo(new[] { "enough" }));
        await test.Outside.ReceiveResetAsync();
        Assert.That(await test.EndedAsync(), Is.EqualTo(new StreamEnd("enough", 0, 0)));
        await test.Tubs.UntilReleasedAsync(1);
        Assert.That(test.Peer.Waiting, Is.Zero, "The first end counts, and is told once.");
    }

    [Test]
    public async Task Abort_LongReason_IsCutForTheOtherEnd()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync();
        test.Stream.Abort(new string('x', 10_000));
        Assert.That((await test.Peer.NextAsync("abort")).Text, Is.EqualTo(new string('x', 200)));
    }

    [Test]
    public async Task Abort_ByTheOtherEnd_ResetsTheLocalConnectionAndTellsNobody()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync();
        Assert.That(await test.CallAsync("abort", "no more"), Is.Null);
        await test.Outside.ReceiveResetAsync();
        Assert.That((await test.EndedAsync()).AbortReason, Is.EqualTo("aborted by the other end: no more"));
        await test.Tubs.UntilReleasedAsync(1);
        Assert.That(test.Peer.Waiting, Is.Zero);
    }

    [TestCase(true, TestName = "Abort_OutboundHasEnded_LocalConnectionIsResetAndNotEndedInOrder")]
    [TestCase(false, TestName = "Connection_IsLostAfterOutboundHasEnded_LocalConnectionIsResetAndNotEndedInOrder")]
    public async Task Abort_OutboundHasEnded_IsAResetAllTheSame(bool byThisSide)
    {
        // Only one direction is left, and it ends as soon as it hears of the abort.
        await using StreamUnderTest test = await StreamUnderTest.StartAsync();
        await test.Outside.Output.CompleteAsync();
        await test.Peer.NextAsync("close");
        await test.Tubs.RoundTripAsync();
        if (byThisSide)
        {
            test.Stream.Abort("enough");
        }
        else
        {
            test.Tubs.ServerSide.Abort("the test cuts it");
        }

        await test.Outside.ReceiveResetAsync();
    }

    [TestCaseSource(nameof(OddReasons))]
    public async Task Abort_ByTheOtherEndWithAnOddReason_IsAnAbortAllTheSame(object?[] arguments)
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync();
        Assert.That(await test.CallAsync("abort", arguments), Is.Null);
        await test.Outside.ReceiveResetAsync();
        Assert.That((await test.EndedAsync()).AbortReason, Does.StartWith("aborted by the other end").And.Length.LessThan(300));
    }

    [Test]
    public async Task ErrorAnswer_ToAWrite_IsAnAbort()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync();
        await test.Outside.SendAsync(Piping.Bytes(10));
        (await test.Peer.NextWriteAsync()).Fail("the disk is full");
        StreamEnd end = await test.EndedAsync();
        Assert.That(end.AbortReason, Does.StartWith("the other end refused").And.Contain("the disk is full"));
        Assert.That(end.OutboundBytes, Is.EqualTo(10));
        await test.Outside.ReceiveResetAsync();
        await test.Tubs.UntilReleasedAsync(1);
    }

    [Test]
    public async Task LocalConnection_IsReset_TheOtherEndIsTold()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync();
        await test.Outside.Output.CompleteAsync(new IOException("reset"));
        Assert.That((await test.Peer.NextAsync("abort")).Text, Is.EqualTo("reset"));
        Assert.That((await test.EndedAsync()).AbortReason, Is.EqualTo("reset"));
        await test.Tubs.UntilReleasedAsync(1);
    }

    [Test]
    public async Task LocalConnection_TakesNoMore_TheOtherEndIsTold()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync();
        await test.Outside.Input.CompleteAsync();
        await test.Outside.Output.CompleteAsync();
        await test.Peer.NextAsync("close");
        await StreamUnderTest.RefusedAsync(() => test.WriteAsync(Piping.Bytes(10)));
        Assert.That((await test.Peer.NextAsync("abort")).Text, Is.EqualTo("The local connection takes no more bytes."));
        Assert.That((await test.EndedAsync()).InboundBytes, Is.Zero);
    }

    [Test]
    public async Task Abort_WritesWaitForTheLocalConnection_TheyGetErrors()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(local: Piping.Unbuffered);
        Task<object?> first = test.BeginWrite(Piping.Bytes(10));
        Task<object?> second = test.BeginWrite(Piping.Bytes(20));
        await test.Tubs.RoundTripAsync();
        test.Stream.Abort("enough");
        foreach (Task<object?> answer in new[] { first, second })
        {
            Assert.That((await StreamUnderTest.RefusedAsync(() => answer.Within("an error answer"))).RemoteMessage, Is.EqualTo("enough"));
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Connection_IsLost_BothEndsAbort(bool byServer)
    {
        await using ConnectedTubs tubs = await ConnectedTubs.ConnectAsync();
        StreamPair[] pairs = [await StreamPair.StartAsync(tubs), await StreamPair.StartAsync(tubs)];
        (byServer ? tubs.ServerSide : tubs.ClientSide).Abort("the test cuts it");
        foreach (StreamPair pair in pairs)
        {
            Assert.That((await pair.LeftEndedAsync()).AbortReason, Is.EqualTo("the connection between relay and client was lost"));
            Assert.That((await pair.RightEndedAsync()).AbortReason, Is.EqualTo("the connection between relay and client was lost"));
            await pair.Left.ReceiveResetAsync();
            await pair.Right.ReceiveResetAsync();
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Abort_OfAPair_ReachesTheOtherLocalConnection(bool byLeft)
    {
        await using ConnectedTubs tubs = await ConnectedTubs.ConnectAsync();
        StreamPair pair = await StreamPair.StartAsync(tubs);
        await pair.Left.SendAsync(Piping.Bytes(10));
        await pair.Right.ReceiveAsync(10);
        (byLeft ? pair.LeftStream : pair.RightStream).Abort("enough");
        await pair.Left.ReceiveResetAsync();
        await pair.Right.ReceiveResetAsync();
        string[] reasons = [(await pair.LeftEndedAsync()).AbortReason!, (await pair.RightEndedAsync()).AbortReason!];
        Assert.That(reasons, Is.EquivalentTo(new[] { "enough", "aborted by the other end: enough" }));
        await tubs.UntilReleasedAsync();
    }

    private static IEnumerable<TestCaseData> OddReasons()
    {
        yield return new TestCaseData([Array.Empty<object?>()]).SetArgDisplayNames("nothing");
        yield return new TestCaseData([new object?[] { null }]).SetArgDisplayNames("None");
        yield return new TestCaseData([new object?[] { Encoding.ASCII.GetBytes("no more") }]).SetArgDisplayNames("byte string");
        yield return new TestCaseData([new object?[] { new byte[] { 0xFF } }]).SetArgDisplayNames("byte string that is no ASCII");
        yield return new TestCaseData([new object?[] { 5 }]).SetArgDisplayNames("integer");
        yield return new TestCaseData([new object?[] { "one", "two" }]).SetArgDisplayNames("two reasons");
        yield return new TestCaseData([new object?[] { new string('x', 100_000) }]).SetArgDisplayNames("long text");
    }
}
