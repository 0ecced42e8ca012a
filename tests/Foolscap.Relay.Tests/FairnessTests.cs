using System.Buffers;
using Foolscap.Relay.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tests;

/// <summary>Many streams on one connection.</summary>
internal sealed class FairnessTests
{
    private const int Streams = 4;
    private const int WritesOfEach = 40;

    private ConnectedTubs _tubs = null!;

    [SetUp]
    public async Task ConnectAsync() => _tubs = await ConnectedTubs.ConnectAsync();

    [TearDown]
    public async Task DisposeAsync() => await _tubs.DisposeAsync();

    [Test]
    public async Task ManyStreams_AllCarryTheirOwnBytes()
    {
        StreamPair[] pairs = new StreamPair[20];
        for (int i = 0; i < pairs.Length; i++)
        {
            pairs[i] = await StreamPair.StartAsync(_tubs, local: Piping.Boundless);
        }

        await Task.WhenAll(pairs.Select((pair, number) => CarryAsync(pair, 100_000 + number, number)));
        await _tubs.UntilReleasedAsync();
    }

    [Test]
    public async Task ManyStreams_OneStandsStill_TheOthersGoOn()
    {
        StreamPair standing = await StreamPair.StartAsync(_tubs, local: Piping.Unbuffered);
        Task stuck = standing.Left.SendAsync(Piping.Bytes(1_000_000));
        StreamPair other = await StreamPair.StartAsync(_tubs, local: Piping.Boundless);
        await CarryAsync(other, 1_000_000, seed: 7);
        Assert.That(stuck.IsCompleted, Is.False, "Nobody reads at the right of this stream.");
        await _tubs.UntilAsync(() => standing.LeftStream.OutboundBytes == RelayProtocol.DefaultWindow, "a full window of the one that stands");
        Assert.That(await standing.Right.ReceiveAsync(1_000_000), Is.EqualTo(Piping.Bytes(1_000_000)));
    }

    [Test]
    public async Task ManyStreams_WireIsTheBottleneck_TakeTurns()
    {
        Arrivals arrivals = new(Streams * WritesOfEach);
        RemoteReference[] tails = new RemoteReference[Streams];
        for (int number = 0; number < Streams; number++)
        {
            tails[number] = await _tubs.GiveToServerAsync(new Tail(arrivals, number));
        }

        using HoldingTail holding = new();
        Task<object?> held = (await _tubs.GiveToServerAsync(holding)).CallAsync("write", [new byte[1]]);
        await holding.Holds.Task.Within("the client's reader at the object that holds it");
        List<Task> queued = [];
        foreach (RemoteReference tail in tails)
        {
            Signal observer = new();
            DuplexPipePair local = new(Piping.Boundless);
            await local.Second.SendAsync(new byte[WritesOfEach * RelayProtocol.MaxWriteSize]);
            new RelayedStream(local.FirstConnection, new RelayedStreamOptions { Observer = observer }).Start(tail, int.MaxValue);
            queued.Add(observer.Seen.Task);
        }

        await Task.WhenAll(queued).Within("the first write of each stream");
        holding.Release();
        await held.Within("the answer of the object that held the reader");
        await arrivals.Complete.Task.Within("all writes");

        // Not strictly one after the other: a sender that is not there when its turn comes is passed over, and on a busy
        // machine some are late. But none may be done before the others have had their part.
        int[] order = arrivals.Order;
        int[] turns = new int[Streams];
        foreach (int number in order.TakeWhile(_ => turns.Max() < WritesOfEach))
        {
            turns[number]++;
        }

        Assert.That(turns.Min(), Is.GreaterThanOrEqualTo(WritesOfEach / 4), $"The order was {string.Join(' ', order)}.");
    }

    private static async Task CarryAsync(StreamPair pair, int count, int seed)
    {
        await pair.Left.SendAsync(Piping.Bytes(count, seed));
        await pair.Left.Output.CompleteAsync();
        await pair.Right.SendAsync(Piping.Bytes(count, seed + 1000));
        await pair.Right.Output.CompleteAsync();
        byte[][] received = await Task.WhenAll(pair.Right.ReceiveToEndAsync(), pair.Left.ReceiveToEndAsync());
        Assert.That(received[0], Is.EqualTo(Piping.Bytes(count, seed)));
        Assert.That(received[1], Is.EqualTo(Piping.Bytes(count, seed + 1000)));
        Assert.That(await pair.LeftEndedAsync(), Is.EqualTo(new StreamEnd(null, count, count)));
    }

    /// <summary>Says when the first bytes are about to be sent.</summary>
    private sealed class Signal : IRelayedStreamObserver
    {
        public TaskCompletionSource Seen { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnData(StreamDirection direction, in ReadOnlySequence<byte> data) => Seen.TrySetResult();
    }

    /// <summary>The order in which writes arrive.</summary>
    private sealed class Arrivals(int count)
    {
        private readonly List<int> _order = [];

        public TaskCompletionSource Complete { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int[] Order => [.. _order];

        public void Add(int number)
        {
            _order.Add(number);
            if (_order.Count == count)
            {
                Complete.SetResult();
            }
        }
    }

    /// <summary>Takes the writes of one stream.</summary>
    private sealed class Tail(Arrivals arrivals, int number) : IByteStringReceiver
    {
        public ValueTask<object?> CallAsync(RemoteCall call) => default;

        public void Receive(string method, in ReadOnlySequence<byte> data, PendingAnswer answer)
        {
            arrivals.Add(number);
            answer.Complete();
        }
    }

    /// <summary>Holds the reader of the connection, so that the sender's wire fills up.</summary>
    private sealed class HoldingTail : IByteStringReceiver, IDisposable
    {
        private readonly ManualResetEventSlim _released = new();

        public TaskCompletionSource Holds { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _released.Set();

        public ValueTask<object?> CallAsync(RemoteCall call) => default;

        public void Receive(string method, in ReadOnlySequence<byte> data, PendingAnswer answer)
        {
            Holds.SetResult();
            _released.Wait(TestTime.Limit);
            answer.Complete();
        }

        public void Dispose() => _released.Dispose();
    }
}
