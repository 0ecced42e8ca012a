using Foolscap.Relay.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;

namespace Foolscap.Relay.Tests;

/// <summary>Orderly ends, one direction after the other.</summary>
internal sealed class HalfCloseTests
{
    private ConnectedTubs _tubs = null!;

    [SetUp]
    public async Task ConnectAsync() => _tubs = await ConnectedTubs.ConnectAsync();

    [TearDown]
    public async Task DisposeAsync() => await _tubs.DisposeAsync();

    [TestCase(true)]
    [TestCase(false)]
    public async Task Close_OneSideFirst_OtherDirectionGoesOnUntilItsOwnEnd(bool leftFirst)
    {
        StreamPair pair = await StreamPair.StartAsync(_tubs, local: Piping.Boundless);
        (var first, var second) = leftFirst ? (pair.Left, pair.Right) : (pair.Right, pair.Left);
        await first.SendAsync(Piping.Bytes(100_000));
        await first.Output.CompleteAsync();
        Assert.That(await second.ReceiveToEndAsync(), Is.EqualTo(Piping.Bytes(100_000)));
        Assert.That(pair.LeftStream.Ended.IsCompleted || pair.RightStream.Ended.IsCompleted, Is.False);

        await second.SendAsync(Piping.Bytes(50_000, seed: 2));
        Assert.That(await first.ReceiveAsync(50_000), Is.EqualTo(Piping.Bytes(50_000, seed: 2)));
        await second.SendAsync(Piping.Bytes(200_000, seed: 3));
        await second.Output.CompleteAsync();
        Assert.That(await first.ReceiveToEndAsync(), Is.EqualTo(Piping.Bytes(200_000, seed: 3)));

        StreamEnd left = await pair.LeftEndedAsync();
        StreamEnd right = await pair.RightEndedAsync();
        (long fromLeft, long fromRight) = leftFirst ? (100_000, 250_000) : (250_000, 100_000);
        Assert.Multiple(() =>
        {
            Assert.That(left, Is.EqualTo(new StreamEnd(null, fromLeft, fromRight)));
            Assert.That(right, Is.EqualTo(new StreamEnd(null, fromRight, fromLeft)));
            Assert.That(left.IsAborted, Is.False);
        });
        await _tubs.UntilReleasedAsync();
    }

    [Test]
    public async Task Close_BothAtOnceWithoutAByte_EndsInOrder()
    {
        StreamPair pair = await StreamPair.StartAsync(_tubs);
        await pair.Left.Output.CompleteAsync();
        await pair.Right.Output.CompleteAsync();
        Assert.That(await pair.Left.ReceiveToEndAsync(), Is.Empty);
        Assert.That(await pair.Right.ReceiveToEndAsync(), Is.Empty);
        Assert.That(await pair.LeftEndedAsync(), Is.EqualTo(new StreamEnd(null, 0, 0)));
        Assert.That(await pair.RightEndedAsync(), Is.EqualTo(new StreamEnd(null, 0, 0)));
        await _tubs.UntilReleasedAsync();
    }

    [Test]
    public async Task Close_WindowIsFull_ComesAfterAllBytes()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(sendWindow: 10, local: Piping.Boundless);
        await test.Outside.SendAsync(Piping.Bytes(25));
        await test.Outside.Output.CompleteAsync();
        Assert.That(await test.Peer.TakeAsync(25), Is.EqualTo(Piping.Bytes(25)));
        Assert.That((await test.Peer.NextAsync("close")).Arguments, Is.Empty);
    }

    [Test]
    public async Task Close_FromTheOtherEnd_IsPassedOnBehindAllBytes()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(local: Piping.Unbuffered);
        Task<object?> answer = test.BeginWrite(Piping.Bytes(1000));
        Assert.That(await test.CallAsync("close"), Is.Null);
        Assert.That(answer.IsCompleted, Is.False);
        Assert.That(await test.Outside.ReceiveToEndAsync(), Is.EqualTo(Piping.Bytes(1000)));
        await answer.Within("the answer to the write");
    }

    [Test]
    public async Task End_LastWriteNotAnswered_IsNotOverYet()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync();
        await test.Outside.SendAsync(Piping.Bytes(10));
        await test.Outside.Output.CompleteAsync();
        ScriptedCall write = await test.Peer.NextWriteAsync();
        await test.Peer.NextAsync("close");
        await test.CallAsync("close");
        Assert.That(await test.Outside.ReceiveToEndAsync(), Is.Empty);
        await test.Tubs.RoundTripAsync();
        Assert.That(test.Stream.Ended.IsCompleted, Is.False);
        write.Answer();
        Assert.That(await test.EndedAsync(), Is.EqualTo(new StreamEnd(null, 10, 0)));
    }

    [Test]
    public async Task End_LastWriteRefused_IsAnAbort()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync();
        await test.Outside.SendAsync(Piping.Bytes(10));
        await test.Outside.Output.CompleteAsync();
        ScriptedCall write = await test.Peer.NextWriteAsync();
        await test.CallAsync("close");
        write.Fail("the disk is full");
        Assert.That((await test.EndedAsync()).AbortReason, Does.StartWith("the other end refused").And.Contain("the disk is full"));
    }

    [Test]
    public async Task Close_Twice_IsAnsweredWithNone()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync();
        Assert.That(await test.CallAsync("close"), Is.Null);
        Assert.That(await test.CallAsync("close"), Is.Null);
        Assert.That(test.Stream.Ended.IsCompleted, Is.False);
    }
}
