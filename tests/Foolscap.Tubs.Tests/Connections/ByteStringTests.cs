using System.Buffers;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Tests.Connections;

/// <summary>Streams of byte strings: <see cref="ByteStringSender"/> to <see cref="IByteStringReceiver"/>.</summary>
internal sealed class ByteStringTests
{
    [Test]
    public async Task SendAsync_ManyWrites_ArriveInOrderAndAreAnsweredWithTheirTags()
    {
        await using TubPair pair = TubPair.Create();
        Receiver receiver = new();
        using RemoteReference target = await pair.GetReferenceAsync(receiver);
        Answers answers = new(300);
        ByteStringSender sender = new(target, "write", answers);
        for (int i = 0; i < 300; i++)
        {
            await sender.SendAsync(new ReadOnlySequence<byte>(new byte[i * 10]), i).WithinLimit();
        }

        await answers.All.WithinLimit();

        Assert.That(receiver.Lengths, Is.EqualTo(Enumerable.Range(0, 300).Select(i => i * 10L)));
        Assert.That(answers.Got, Is.EqualTo(Enumerable.Range(0, 300).Select(i => $"{i}: {i * 10}")));
    }

    [Test]
    public async Task SendAsync_ManyWritesWithoutAnAnswer_DoNotUseUpTheLimitOfOtherCalls()
    {
        TubLimits limits = new() { MaxPendingCalls = 4 };
        await using TubPair pair = TubPair.Create(new TubPairOptions { Server = new TubOptions { Limits = limits } });
        Deaf deaf = new();
        using RemoteReference stream = await pair.GetReferenceAsync(deaf);
        using RemoteReference echo = await pair.GetReferenceAsync(new Referenceable().On("echo", call => call.Arguments[0]));
        ByteStringSender sender = new(stream, "write", new Answers(100));
        for (int i = 0; i < 100; i++)
        {
            await sender.SendAsync(new ReadOnlySequence<byte>(new byte[1]), i).WithinLimit();
        }

        Assert.That(await echo.CallAsync<string>("echo", ["still there"], TestTime.Token), Is.EqualTo("still there"));
        Assert.That(deaf.Writes, Is.EqualTo(100));
    }

    [Test]
    public async Task SendAsync_TwoSendersOnABusyConnection_TakeTurns()
    {
        await using TubPair pair = TubPair.Create();
        Receiver receiver = new();
        using RemoteReference target = await pair.GetReferenceAsync(receiver);
        Answers answers = new(16);
        byte[] chunk = new byte[65_536];
        ByteStringSender[] senders = [new(target, "a", answers), new(target, "b", answers)];

        await Task.WhenAll(senders.Select(async sender =>
        {
            for (int i = 0; i < 8; i++)
            {
                await sender.SendAsync(new ReadOnlySequence<byte>(chunk), i).WithinLimit();
            }
        }));

        await answers.All.WithinLimit();
        Assert.That(receiver.Methods.Count(method => method == "a"), Is.EqualTo(8));
        Assert.That(receiver.Methods.Count(method => method == "b"), Is.EqualTo(8));
    }

    [Test]
    public async Task SendAsync_ReceiverThrows_IsAFailureWithTheTag()
    {
        await using TubPair pair = TubPair.Create();
        using RemoteReference target = await pair.GetReferenceAsync(new Receiver { Failure = new InvalidOperationException("full") });
        Answers answers = new(1);

        await new ByteStringSender(target, "write", answers).SendAsync(new ReadOnlySequence<byte>("x"u8.ToArray()), 42).WithinLimit();

        await answers.All.WithinLimit();
        Assert.That(answers.Got, Is.EqualTo(new[] { "42: RemoteException System.InvalidOperationException: full" }));
    }

    [TestCase("list")]
    [TestCase("")]
    [TestCase("plain")]
    public async Task CallAsync_OneByteString_GoesThroughReceiveHoweverItTravels(string text)
    {
        await using TubPair pair = TubPair.Create();
        Receiver receiver = new();
        using RemoteReference target = await pair.GetReferenceAsync(receiver);

        object? answer = await target.CallAsync("write", [System.Text.Encoding.ASCII.GetBytes(text)], TestTime.Token);

        Assert.That(answer, Is.EqualTo((long)text.Length));
        Assert.That(receiver.Methods, Is.EqualTo(new[] { "write" }));
    }

    [Test]
    public async Task CallAsync_OtherArguments_GoThroughCallAsync()
    {
        await using TubPair pair = TubPair.Create();
        using RemoteReference target = await pair.GetReferenceAsync(new Receiver());

        Assert.That(await target.CallAsync("close", [1, 2], TestTime.Token), Is.EqualTo("called close"));
        Assert.That(await target.CallAsync("close", ["x"u8.ToArray(), 2], TestTime.Token), Is.EqualTo("called close"));
    }

    [Test]
    public async Task SendAsync_ConnectionClosedWhileSendersWaitForTheirTurn_FailsThemAll()
    {
        await using TubPair pair = TubPair.Create();
        using RemoteReference target = await pair.GetReferenceAsync(new Receiver());
        TubConnection connection = target.Connection;
        GatedWriter stream = new();
        Foolscap.Tubs.Connections.Outbox outbox = new(stream, new Moq.Mock<IReferenceExporter>().Object, isMaster: false, new HeldBytes(new TotalBytes(long.MaxValue)), _ => { });
        outbox.Uncork();
        Answers answers = new(100);
        outbox.Post(new Foolscap.Tubs.Connections.RawMessage(new byte[10]));
        await stream.WriteStarted.WithinLimit();
        outbox.Post(new Foolscap.Tubs.Connections.RawMessage(new byte[200_000]));
        ByteStringSender[] senders = [new(target, "a", answers), new(target, "b", answers)];
        Assert.That(senders.Select(outbox.TrySend), Is.All.False, "both wait for their turn");
        Task[] turns = [.. senders.Select(sender => new ValueTask(sender, token: 0).AsTask())];

        connection.PendingCalls.FailAll(new IOException("gone"));
        for (int i = 0; i < 3; i++)
        {
            stream.LetOneThrough();
            await Task.WhenAny(outbox.WaitUntilIdleAsync(), stream.WriteStarted).WithinLimit();
        }

        foreach (Task turn in turns)
        {
            Assert.That(() => turn.WithinLimit(), Throws.TypeOf<ConnectionLostException>().With.Message.EqualTo("gone"));
        }

        // What else was waiting is sent all the same: the end is an orderly one.
        await outbox.WaitUntilIdleAsync().WithinLimit();
        Assert.That(stream.Written, Has.Length.EqualTo(200_010));
    }

    private sealed class Receiver : IByteStringReceiver
    {
        public List<long> Lengths { get; } = [];

        public List<string> Methods { get; } = [];

        public Exception? Failure { get; init; }

        public void Receive(string method, in ReadOnlySequence<byte> data, PendingAnswer answer)
        {
            if (Failure is not null)
            {
                throw Failure;
            }

            Methods.Add(method);
            Lengths.Add(data.Length);
            answer.Complete(data.Length);
        }

        public ValueTask<object?> CallAsync(RemoteCall call) => new($"called {call.Method}");
    }

    private sealed class Answers(int expected) : IAnswerReceiver
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task All => _all.Task;

        public List<string> Got { get; } = [];

        public void OnAnswer(int tag, object? value) => Add($"{tag}: {value}");

        public void OnFailure(int tag, Exception failure) => Add($"{tag}: {failure.GetType().Name} {failure.Message}");

        private void Add(string answer)
        {
            Got.Add(answer);
            if (Got.Count == expected)
            {
                _all.SetResult();
            }
        }
    }

    /// <summary>Takes every write and answers none.</summary>
    private sealed class Deaf : IByteStringReceiver
    {
        public int Writes { get; private set; }

        public void Receive(string method, in ReadOnlySequence<byte> data, PendingAnswer answer) => Writes++;

        public ValueTask<object?> CallAsync(RemoteCall call) => throw call.UnknownMethod();
    }
}
