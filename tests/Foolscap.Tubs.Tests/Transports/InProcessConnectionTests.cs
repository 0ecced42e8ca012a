using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Tests.Transports;

/// <summary>Connections within the process: they end as those of sockets do, and hold no more than they may.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class InProcessConnectionTests : IAsyncDisposable
{
    private readonly InProcessConnection _near;
    private readonly InProcessConnection _far;

    public InProcessConnectionTests() => (_near, _far) = InProcessConnection.CreatePair(new ForwardedEndPoint("198.51.100.7:4711"));

    public async ValueTask DisposeAsync()
    {
        _near.Abort();
        _far.Abort();
        await _near.DisposeAsync();
        await _far.DisposeAsync();
    }

    [Test]
    public void RemoteEndPoint_IsWhatWasTold()
    {
        Assert.That(_near.RemoteEndPoint, Is.Null);
        Assert.That(_far.RemoteEndPoint!.ToString(), Is.EqualTo("198.51.100.7:4711 (forwarded)"));
    }

    [Test]
    public async Task Copy_BothWaysInPiecesOfAllSizes_ArriveAsTheyWere() =>
        await Task.WhenAll(
            SendAsync(_near, 3_000_000, seed: 1), ReceiveAsync(_far, 3_000_000, seed: 1),
            SendAsync(_far, 3_000_000, seed: 2), ReceiveAsync(_near, 3_000_000, seed: 2)).WithinLimit();

    [Test]
    public async Task CompleteOutput_OtherEndReadsAllAndTheEnd_AndMaySendOn()
    {
        await _near.Output.WriteAsync(BytePattern.Make(1000, 1), TestTime.Token);
        await _near.Output.CompleteAsync();
        Assert.That(await ReadToEndAsync(_far), Is.EqualTo(BytePattern.Make(1000, 1)));
        await _far.Output.WriteAsync(BytePattern.Make(500, 2), TestTime.Token);
        await _far.Output.CompleteAsync();
        Assert.That(await ReadToEndAsync(_near), Is.EqualTo(BytePattern.Make(500, 2)));
    }

    [Test]
    public async Task Abort_BehindBytes_OtherEndReadsThemAndThenTheReset()
    {
        await _near.Output.WriteAsync(BytePattern.Make(100_000, 1), TestTime.Token);
        await _near.ResetAsync();
        byte[] received = new byte[100_000];
        await ReceiveExactlyAsync(_far, received);
        Assert.That(BytePattern.IsRight(received, 1), Is.True);
        AssertFails(SocketError.ConnectionReset, async () => await _far.ReceiveAsync(received, TestTime.Token));
        AssertFails(SocketError.ConnectionReset, async () => await _far.WaitForInputAsync(TestTime.Token));
        AssertFails(SocketError.ConnectionReset, async () => await _far.Output.WriteAsync(new byte[1], TestTime.Token));
        AssertFails(SocketError.ConnectionReset, () => Task.FromResult(_far.TrySend(new byte[1])));
    }

    [Test]
    public void Abort_WhileBothEndsWaitForInput_EachIsToldItsOwn()
    {
        Task<int> far = _far.ReceiveAsync(new byte[1]).AsTask();
        Task<bool> near = _near.WaitForInputAsync().AsTask();
        Assert.That(far.IsCompleted || near.IsCompleted, Is.False);

        _near.Abort();

        AssertFails(SocketError.ConnectionReset, () => far);
        AssertFails(SocketError.OperationAborted, () => near);
        AssertFails(SocketError.OperationAborted, () => Task.FromResult(_near.TrySend(new byte[1])));
    }

    [Test]
    public void Abort_WhileBothEndsStandStill_BothWritersAreTold()
    {
        Task<FlushResult> near = _near.Output.WriteAsync(new byte[InProcessLane.Capacity + 1]).AsTask();
        Task<FlushResult> far = _far.Output.WriteAsync(new byte[InProcessLane.Capacity + 1]).AsTask();
        Assert.That(near.IsCompleted || far.IsCompleted, Is.False);

        _near.Abort();

        AssertFails(SocketError.OperationAborted, () => near);
        AssertFails(SocketError.ConnectionReset, () => far);
    }

    [Test]
    public async Task TrySend_ReaderStandsStill_TakesWhatFitsAndNoMore()
    {
        byte[] bytes = BytePattern.Make(InProcessLane.Capacity * 2, 1);
        Assert.That(_near.TrySend(bytes), Is.EqualTo(InProcessLane.Capacity));
        Assert.That(_near.TrySend(bytes), Is.Zero);
        Task<FlushResult> waiting = _near.Output.WriteAsync(bytes.AsMemory(InProcessLane.Capacity), TestTime.Token).AsTask();
        byte[] received = new byte[bytes.Length];

        await ReceiveExactlyAsync(_far, received.AsMemory(0, (InProcessLane.Capacity / 2) - 1));
        Assert.That(waiting.IsCompleted, Is.False, "Not for each byte.");
        await ReceiveExactlyAsync(_far, received.AsMemory((InProcessLane.Capacity / 2) - 1));

        await waiting.WithinLimit();
        Assert.That(received, Is.EqualTo(bytes));
    }

    [Test]
    public async Task HoldsBuffer_OnlyWhileBytesAreUnderWay()
    {
        Task<bool> waiting = _far.WaitForInputAsync(TestTime.Token).AsTask();
        Assert.That(_near.HoldsBuffer, Is.False);
        await _near.Output.WriteAsync(new byte[10_000], TestTime.Token);
        await waiting.WithinLimit();
        Assert.That(_near.HoldsBuffer, Is.True);
        await ReceiveExactlyAsync(_far, new byte[10_000]);
        Assert.That(_near.HoldsBuffer, Is.False);
        await _near.Output.WriteAsync(new byte[10_000], TestTime.Token);
        await _far.DisposeAsync();
        Assert.That(_near.HoldsBuffer, Is.False);
    }

    [Test]
    public async Task WaitForInputAsync_IsCancelled_TheNextOneWorks()
    {
        using CancellationTokenSource source = new();
        Task<bool> waiting = _far.WaitForInputAsync(source.Token).AsTask();
        await source.CancelAsync();
        Assert.That(() => waiting, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => _far.WaitForInputAsync(source.Token).AsTask(), Throws.InstanceOf<OperationCanceledException>());

        waiting = _far.WaitForInputAsync(TestTime.Token).AsTask();
        _near.TrySend([7]);
        Assert.That(await waiting.WithinLimit(), Is.True);
        Assert.That(await _far.ReceiveAsync(new byte[10], TestTime.Token), Is.EqualTo(1));
    }

    [Test]
    public async Task WatchForLoss_ResetBehindAnEnd_IsToldOnceTheEndHasBeenRead()
    {
        TaskCompletionSource<Exception> told = new();
        using IDisposable? watch = _far.WatchForLoss(told.SetResult);
        await _near.Output.CompleteAsync();
        _near.Abort();
        Assert.That(await ReadToEndAsync(_far), Is.Empty);
        Assert.That(await told.Task.WithinLimit(), Is.InstanceOf<SocketException>().With.Property("SocketErrorCode").EqualTo(SocketError.ConnectionReset));
    }

    [Test]
    public async Task WatchForLoss_OtherEndClosesWithoutReading_IsTold()
    {
        TaskCompletionSource<Exception> told = new();
        using IDisposable? watch = _far.WatchForLoss(told.SetResult);
        await _far.Output.WriteAsync(new byte[1], TestTime.Token);
        await _near.DisposeAsync();
        Assert.That(await ReadToEndAsync(_far), Is.Empty);
        await told.Task.WithinLimit();
        AssertFails(SocketError.ConnectionReset, () => Task.FromResult(_far.TrySend(new byte[1])));
    }

    [Test]
    public async Task DisposeAsync_OfAnAbortedEndWithUnsentBytes_DoesNotThrow()
    {
        _far.Abort();
        _near.Output.Write(new byte[10]);
        await _near.DisposeAsync();
        AssertFails(SocketError.OperationAborted, async () => await _near.ReceiveAsync(new byte[1], TestTime.Token));
    }

    [Test]
    public async Task Delivery_IsWhatHasBeenRead()
    {
        Assert.That(_near.Delivery, Is.EqualTo(new Delivery(0, IsComplete: true)));
        await _near.Output.WriteAsync(new byte[100], TestTime.Token);
        Assert.That(_near.Delivery, Is.EqualTo(new Delivery(0, IsComplete: false)));
        await ReceiveExactlyAsync(_far, new byte[100]);
        Assert.That(_near.Delivery, Is.EqualTo(new Delivery(100, IsComplete: true)));
    }

    [Test]
    public async Task Abort_AtAnyMoment_WhatHasArrivedIsRightAndBothEndsAreTold()
    {
        for (int round = 0; round < 200; round++)
        {
            (InProcessConnection near, InProcessConnection far) = InProcessConnection.CreatePair(remoteEndPoint: null);
            Task sending = Task.Run(() => SendAsync(near, int.MaxValue, seed: round));
            Task receiving = Task.Run(() => ReceiveAsync(far, int.MaxValue, seed: round));
            for (int i = 0; i < round * 10; i++)
            {
                Thread.SpinWait(10);
            }

            (round % 2 == 0 ? near : far).Abort();
            Assert.That(async () => await sending.WithinLimit(), Throws.TypeOf<SocketException>());
            Assert.That(async () => await receiving.WithinLimit(), Throws.TypeOf<SocketException>());
            await near.DisposeAsync();
            await far.DisposeAsync();
            Assert.That(near.HoldsBuffer, Is.False);
        }
    }

    private static async Task SendAsync(TransportConnection connection, int count, int seed)
    {
        Random random = new(seed);
        for (int position = 0; position < count;)
        {
            int size = Math.Min(count - position, random.Next(1, BytePattern.MaxPiece));
            ReadOnlyMemory<byte> piece = BytePattern.Get(seed, position, size);
            int sent = random.Next(2) == 0 ? connection.TrySend(piece.Span) : 0;
            await connection.Output.WriteAsync(piece[sent..]);
            position += size;
        }
    }

    private static async Task ReceiveAsync(TransportConnection connection, int count, int seed)
    {
        Random random = new(seed);
        byte[] buffer = new byte[BytePattern.MaxPiece];
        for (int position = 0; position < count;)
        {
            await connection.WaitForInputAsync();
            int size = await connection.ReceiveAsync(buffer.AsMemory(0, random.Next(1, buffer.Length)));
            if (!buffer.AsSpan(0, size).SequenceEqual(BytePattern.Get(seed, position, size).Span))
            {
                throw new AssertionException($"What arrived from byte {position} on is not what was sent.");
            }

            position += size;
        }
    }

    private static async Task ReceiveExactlyAsync(TransportConnection connection, Memory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int count = await connection.ReceiveAsync(buffer, TestTime.Token);
            Assert.That(count, Is.Positive);
            buffer = buffer[count..];
        }
    }

    private static async Task<byte[]> ReadToEndAsync(TransportConnection connection)
    {
        using MemoryStream received = new();
        await connection.Input.CopyToAsync(received, TestTime.Token);
        return received.ToArray();
    }

    private static void AssertFails(SocketError error, Func<Task> act) =>
        Assert.That(() => act().WithinLimit(), Throws.TypeOf<SocketException>().With.Property("SocketErrorCode").EqualTo(error));
}
