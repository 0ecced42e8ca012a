using System.Buffers;
using Foolscap.Relay.Streams;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tests.Streams;

internal sealed class ReceiveQueueTests
{
    private ConnectedTubs _tubs = null!;

    [SetUp]
    public async Task ConnectAsync() => _tubs = await ConnectedTubs.ConnectAsync();

    [TearDown]
    public async Task DisposeAsync() => await _tubs.DisposeAsync();

    [Test]
    public async Task Answer_OutputHasNotTakenTheBytes_IsHeldBack()
    {
        ReceiveQueue queue = new(new ReceiveWindow(100, largest: 0, reservation: null, TimeProvider.System));
        RemoteReference remote = await GiveAsync(queue);
        DuplexPipePair local = new(Piping.Unbuffered);
        Task draining = queue.DrainAsync(local.FirstConnection);
        Task<object?> answer = remote.CallAsync("write", [Piping.Bytes(10)]);
        await _tubs.RoundTripAsync();
        Assert.Multiple(() =>
        {
            Assert.That(answer.IsCompleted, Is.False);
            Assert.That(queue.Written, Is.Zero);
        });

        Assert.That(await local.Second.ReceiveAsync(10), Is.EqualTo(Piping.Bytes(10)));
        Assert.That(await answer.Within("the answer"), Is.Null);
        Assert.That(queue.Written, Is.EqualTo(10));
        queue.Complete();
        await draining.Within("the end of the queue");
    }

    [Test]
    public async Task Answer_NobodyDrains_IsHeldBack()
    {
        ReceiveQueue queue = new(new ReceiveWindow(100, largest: 0, reservation: null, TimeProvider.System));
        RemoteReference remote = await GiveAsync(queue);
        Task<object?> answer = remote.CallAsync("write", [Piping.Bytes(10)]);
        await _tubs.RoundTripAsync();
        Assert.That(answer.IsCompleted, Is.False);
        DuplexPipePair output = new(Piping.Boundless);
        _ = queue.DrainAsync(output.FirstConnection);
        await answer.Within("the answer");
    }

    [Test]
    public async Task Answers_ManyWrites_ComeInTheirOrder()
    {
        ReceiveQueue queue = new(new ReceiveWindow(1000, largest: 0, reservation: null, TimeProvider.System));
        RemoteReference remote = await GiveAsync(queue);
        AnswerOrder order = new(count: 20);
        ByteStringSender sender = new(remote, "write", order);
        for (int i = 0; i < 20; i++)
        {
            await sender.SendAsync(new ReadOnlySequence<byte>(Piping.Bytes(1 + i)), i).Within("a place on the connection");
        }

        await _tubs.RoundTripAsync();
        Assert.That(order.Answered, Is.Empty);
        DuplexPipePair output = new(Piping.Boundless);
        _ = queue.DrainAsync(output.FirstConnection);
        await order.Complete.Task.Within("all answers");
        Assert.That(order.Answered, Is.EqualTo(Enumerable.Range(0, 20)));
    }

    [Test]
    public async Task Add_UpToTheRightEdge_IsTaken()
    {
        ReceiveQueue queue = new(new ReceiveWindow(10, largest: 0, reservation: null, TimeProvider.System));
        RemoteReference remote = await GiveAsync(queue);
        Task<object?>[] answers = [remote.CallAsync("write", [Piping.Bytes(6)]), remote.CallAsync("write", [Piping.Bytes(4)])];
        await _tubs.RoundTripAsync();
        Assert.That(answers.Any(answer => answer.IsCompleted), Is.False);
        DuplexPipePair output = new(Piping.Boundless);
        _ = queue.DrainAsync(output.FirstConnection);
        await Task.WhenAll(answers).Within("both answers");
    }

    [Test]
    public async Task Add_OneByteBeyondTheRightEdge_IsRefusedAndNotTaken()
    {
        ReceiveQueue queue = new(new ReceiveWindow(10, largest: 0, reservation: null, TimeProvider.System));
        RemoteReference remote = await GiveAsync(queue);
        Task<object?> first = remote.CallAsync("write", [Piping.Bytes(6)]);
        RemoteException refusal = (await Assert.ThrowsAsync<RemoteException>(async () => await remote.CallAsync("write", [Piping.Bytes(5, seed: 2)]).Within("the refusal")))!;
        Assert.That(refusal.RemoteMessage, Is.EqualTo("a write of 5 bytes goes beyond the window of 10: 6 are not answered yet"));
        DuplexPipePair local = new();
        Task draining = queue.DrainAsync(local.FirstConnection);
        queue.Complete();
        await draining.Within("the end of the queue");
        await local.First.Output.CompleteAsync();
        Assert.That(await local.Second.ReceiveToEndAsync(), Is.EqualTo(Piping.Bytes(6)));
        await first.Within("the answer to the first write");
    }

    [Test]
    public async Task Add_AfterAnAnswer_HasTheWindowAgain()
    {
        ReceiveQueue queue = new(new ReceiveWindow(10, largest: 0, reservation: null, TimeProvider.System));
        RemoteReference remote = await GiveAsync(queue);
        DuplexPipePair output = new(Piping.Boundless);
        _ = queue.DrainAsync(output.FirstConnection);
        for (int i = 0; i < 10; i++)
        {
            await remote.CallAsync("write", [Piping.Bytes(10)]).Within($"the answer to write {i}");
        }

        Assert.That(queue.Written, Is.EqualTo(100));
    }

    [Test]
    public async Task Drain_Completed_PassesEverythingOnFirst()
    {
        ReceiveQueue queue = new(new ReceiveWindow(300_000, largest: 0, reservation: null, TimeProvider.System));
        RemoteReference remote = await GiveAsync(queue);
        byte[] bytes = Piping.Bytes(260_000);
        Task[] answers = [.. bytes.Chunk(65_000).Select(part => remote.CallAsync("write", [part]))];
        await _tubs.RoundTripAsync();
        queue.Complete();
        DuplexPipePair local = new(Piping.Boundless);
        await queue.DrainAsync(local.FirstConnection).Within("the end of the queue");
        await local.First.Output.CompleteAsync();
        Assert.That(await local.Second.ReceiveToEndAsync(), Is.EqualTo(bytes));
        await Task.WhenAll(answers).Within("all answers");
    }

    [Test]
    public async Task Drain_OutputTakesNoMore_Fails()
    {
        ReceiveQueue queue = new(new ReceiveWindow(100, largest: 0, reservation: null, TimeProvider.System));
        RemoteReference remote = await GiveAsync(queue);
        DuplexPipePair output = new(Piping.Boundless);
        await output.Second.Input.CompleteAsync();
        Task draining = queue.DrainAsync(output.FirstConnection);
        Task<object?> answer = remote.CallAsync("write", [Piping.Bytes(10)]);
        await Assert.ThatAsync(async () => await draining.Within("the end of the queue"), Throws.TypeOf<IOException>());
        await _tubs.RoundTripAsync();
        Assert.That(answer.IsCompleted, Is.False, "These bytes went nowhere.");
    }

    [Test]
    public async Task Fail_WritesWait_AnswersThemWithTheErrorAndEndsTheDrain()
    {
        ReceiveQueue queue = new(new ReceiveWindow(100, largest: 0, reservation: null, TimeProvider.System));
        RemoteReference remote = await GiveAsync(queue);
        Task<object?>[] answers = [remote.CallAsync("write", [Piping.Bytes(10)]), remote.CallAsync("write", [Piping.Bytes(20)])];
        await _tubs.RoundTripAsync();
        queue.Fail(new IOException("it is over"));
        foreach (Task<object?> answer in answers)
        {
            RemoteException failure = (await Assert.ThrowsAsync<RemoteException>(async () => await answer.Within("an error answer")))!;
            Assert.That(failure.RemoteMessage, Is.EqualTo("it is over"));
        }

        DuplexPipePair output = new(Piping.Boundless);
        await Assert.ThatAsync(async () => await queue.DrainAsync(output.FirstConnection).Within("the end of the queue"), Throws.InstanceOf<OperationCanceledException>());
        await Assert.ThatAsync(async () => await remote.CallAsync("write", [Piping.Bytes(1)]).Within("the refusal"), Throws.TypeOf<RemoteException>());
    }

    [Test]
    public async Task Fail_DrainWaitsForBytes_EndsIt()
    {
        ReceiveQueue queue = new(new ReceiveWindow(100, largest: 0, reservation: null, TimeProvider.System));
        DuplexPipePair output = new(Piping.Boundless);
        Task draining = queue.DrainAsync(output.FirstConnection);
        queue.Fail(new IOException("it is over"));
        await Assert.ThatAsync(async () => await draining.Within("the end of the queue"), Throws.InstanceOf<OperationCanceledException>());
    }

    private Task<RemoteReference> GiveAsync(ReceiveQueue queue) => _tubs.GiveToClientAsync(new QueueEnd(queue));

    /// <summary>Hears of answers in the order in which they arrive.</summary>
    private sealed class AnswerOrder(int count) : IAnswerReceiver
    {
        public List<int> Answered { get; } = [];

        public TaskCompletionSource Complete { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnAnswer(int tag, object? value)
        {
            Answered.Add(tag);
            if (Answered.Count == count)
            {
                Complete.SetResult();
            }
        }

        public void OnFailure(int tag, Exception failure) => Complete.TrySetException(failure);
    }
}
