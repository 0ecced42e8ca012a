using System.Buffers;
using System.IO.Pipelines;
using Foolscap.Relay.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;
using Moq;

namespace Foolscap.Relay.Tests.Direct;

/// <summary>What a direct stream carries, and how it ends in order.</summary>
internal sealed class DirectStreamTests
{
    [Test]
    public async Task Copy_BothDirections_EveryByteArrivesInOrder()
    {
        DirectUnderTest test = DirectUnderTest.Start(pipes: Piping.Boundless);
        await test.Local.SendAsync(Piping.Bytes(300_000));
        await test.Remote.SendAsync(Piping.Bytes(200_000, seed: 2));
        Assert.That(await test.Remote.ReceiveAsync(300_000), Is.EqualTo(Piping.Bytes(300_000)));
        Assert.That(await test.Local.ReceiveAsync(200_000), Is.EqualTo(Piping.Bytes(200_000, seed: 2)));
        Assert.That(test.Stream.Ended.IsCompleted, Is.False);
    }

    [Test]
    public async Task Copy_BytesReadAheadAndNotConsumed_GoFirst()
    {
        DirectUnderTest test = new();
        await test.Local.SendAsync(Piping.Bytes(100));
        ReadResult ahead = await test.LocalInput.ReadAsync();
        test.LocalInput.AdvanceTo(ahead.Buffer.Start, ahead.Buffer.Start);
        test.Stream.Start();
        await test.Local.SendAsync(Piping.Bytes(50, seed: 2));
        Assert.That(await test.Remote.ReceiveAsync(150), Is.EqualTo(Piping.Bytes(100).Concat(Piping.Bytes(50, seed: 2))));
    }

    [Test]
    public async Task HalfClose_OneDirection_ComesBehindItsBytesAndLeavesTheOtherOpen()
    {
        DirectUnderTest test = DirectUnderTest.Start();
        await test.Local.SendAsync(Piping.Bytes(1000));
        await test.Local.Output.CompleteAsync();
        Assert.That(await test.Remote.ReceiveToEndAsync(), Is.EqualTo(Piping.Bytes(1000)));
        await test.Remote.SendAsync(Piping.Bytes(500, seed: 2));
        Assert.That(await test.Local.ReceiveAsync(500), Is.EqualTo(Piping.Bytes(500, seed: 2)));
        Assert.That(test.Stream.Ended.IsCompleted, Is.False);
        await test.Remote.Output.CompleteAsync();
        Assert.That(await test.Local.ReceiveToEndAsync(), Is.Empty);
        Assert.That(await test.EndedAsync(), Is.EqualTo(new StreamEnd(null, 1000, 500)));
    }

    [Test]
    public async Task Copy_ReaderStandsStill_OnlyOneBufferIsTaken()
    {
        DirectUnderTest test = DirectUnderTest.Start(pipes: Piping.Unbuffered);
        Task first = test.Local.SendAsync(Piping.Bytes(100));
        Task second = SendBehindAsync();
        Assert.That(await test.Remote.ReceiveAsync(100), Is.EqualTo(Piping.Bytes(100)));
        Assert.That(await test.Remote.ReceiveAsync(100), Is.EqualTo(Piping.Bytes(100, seed: 2)));
        await second;

        async Task SendBehindAsync()
        {
            await first;
            await test.Local.SendAsync(Piping.Bytes(100, seed: 2));
            Assert.That(test.Stream.OutboundBytes, Is.GreaterThanOrEqualTo(100), "What came before has been passed on by then.");
        }
    }

    [Test]
    public async Task Observer_BothDirections_SeesEveryByteOnce()
    {
        RecordingObserver observer = new();
        DirectUnderTest test = DirectUnderTest.Start(new DirectStreamOptions { Observer = observer }, Piping.Boundless);
        await test.Local.SendAsync(Piping.Bytes(100_000));
        await test.Remote.SendAsync(Piping.Bytes(50_000, seed: 2));
        await test.Remote.ReceiveAsync(100_000);
        await test.Local.ReceiveAsync(50_000);
        Assert.That(observer.Outbound, Is.EqualTo(Piping.Bytes(100_000)));
        Assert.That(observer.Inbound, Is.EqualTo(Piping.Bytes(50_000, seed: 2)));
    }

    [Test]
    public async Task Counter_StreamThatIsOver_HasCountedEveryByte()
    {
        AddingCounter counter = new();
        DirectUnderTest test = DirectUnderTest.Start(new DirectStreamOptions { Counter = counter });
        await test.Local.SendAsync(Piping.Bytes(700));
        await test.Remote.SendAsync(Piping.Bytes(300));
        await test.Local.Output.CompleteAsync();
        await test.Remote.Output.CompleteAsync();
        await test.EndedAsync();
        Assert.That(counter.Sums, Is.EqualTo((700, 300)));
    }

    [Test]
    public async Task Pacer_Waits_NothingIsReadUntilItLetsGoOn()
    {
        TaskCompletionSource paid = new();
        Mock<IRelayedStreamPacer> pacer = new();
        pacer.Setup(mock => mock.WaitAsync(It.IsAny<int>(), It.IsAny<CancellationToken>())).Returns(new ValueTask(paid.Task));
        DirectUnderTest test = DirectUnderTest.Start(new DirectStreamOptions { Pacer = pacer.Object });
        await test.Local.SendAsync(Piping.Bytes(100));
        Assert.That(await test.Remote.ReceiveAsync(100), Is.EqualTo(Piping.Bytes(100)));
        await test.Local.SendAsync(Piping.Bytes(100, seed: 2));
        Assert.That(test.Remote.IsSilent(), Is.True);
        paid.SetResult();
        Assert.That(await test.Remote.ReceiveAsync(100), Is.EqualTo(Piping.Bytes(100, seed: 2)));
        await test.Local.Output.CompleteAsync();
        await test.Remote.Output.CompleteAsync();
        await test.EndedAsync();
        pacer.Verify(mock => mock.WaitAsync(100, It.IsAny<CancellationToken>()), Times.Exactly(2));
    }

    [Test]
    public async Task Pacer_StreamIsAborted_ItsWaitEnds()
    {
        CancellationToken seen = default;
        TaskCompletionSource waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Mock<IRelayedStreamPacer> pacer = new();
        pacer.Setup(mock => mock.WaitAsync(It.IsAny<int>(), It.IsAny<CancellationToken>())).Returns((int _, CancellationToken token) =>
        {
            seen = token;
            waiting.TrySetResult();
            return new ValueTask(Task.Delay(Timeout.Infinite, token));
        });
        DirectUnderTest test = DirectUnderTest.Start(new DirectStreamOptions { Pacer = pacer.Object });
        await test.Local.SendAsync(Piping.Bytes(100));
        await waiting.Task.Within("the pacer's turn");
        test.Stream.Abort("the host stops");
        await test.EndedAsync();
        await seen.CancelledWithinLimit();
    }

    /// <summary>Whoever aborts has come to the first connection only, when both are lost and there is nothing left to carry.</summary>
    [Test]
    public async Task Abort_BothDirectionsEndMeanwhile_TheOtherConnectionSeesNoOrderlyEnd()
    {
        DuplexPipePair local = new();
        DuplexPipePair remote = new();
        Task? seen = null;
        TransportConnection slow = TransportConnection.FromPipe(local.First, abort: () =>
        {
            local.Second.Output.Complete(new IOException("reset"));
            remote.Second.Output.Complete(new IOException("reset"));
            seen = remote.Second.ReceiveResetAsync();
            ((IAsyncResult)seen).AsyncWaitHandle.WaitOne(TestTime.Limit);
        });
        DirectStream stream = new(slow, remote.FirstConnection);
        stream.Start();
        stream.Abort("the host stops");
        await seen!;
        Assert.That((await stream.Ended.WithinLimit()).AbortReason, Is.EqualTo("the host stops"));
    }

    [Test]
    public async Task TryDetach_NotStarted_LeavesTheConnectionsAlone()
    {
        DirectUnderTest test = new();
        Assert.That(test.Stream.TryDetach(), Is.True);
        Assert.That(await test.EndedAsync(), Is.EqualTo(new StreamEnd(null, 0, 0)));
        await test.Local.SendAsync(Piping.Bytes(10));
        Assert.That((await test.LocalInput.ReadAsync()).Buffer.ToArray(), Is.EqualTo(Piping.Bytes(10)));
        Assert.That(test.Local.IsSilent() && test.Remote.IsSilent(), Is.True);
    }

    [Test]
    public void TryDetach_Started_Refuses()
    {
        DirectUnderTest test = DirectUnderTest.Start();
        Assert.That(test.Stream.TryDetach(), Is.False);
        Assert.Throws<InvalidOperationException>(test.Stream.Start);
        test.Stream.Abort("the test is over");
    }
}
