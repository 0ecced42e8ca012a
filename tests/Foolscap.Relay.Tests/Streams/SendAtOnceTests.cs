using System.IO.Pipelines;
using System.Net.Sockets;
using Foolscap.Relay.Streams;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tests.Streams;

/// <summary>What the local connection takes at once goes there past the queue, and what it does not take behind it.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SendAtOnceTests
{
    private readonly ReceiveQueue _queue = new(new ReceiveWindow(1000, largest: 0, reservation: null, TimeProvider.System));
    private readonly DuplexPipePair _wire = new(Piping.Unbuffered);
    private ConnectedTubs _tubs = null!;
    private RemoteReference _remote = null!;

    [SetUp]
    public async Task ConnectAsync()
    {
        _tubs = await ConnectedTubs.ConnectAsync();
        _remote = await _tubs.GiveToClientAsync(new QueueEnd(_queue));
    }

    [TearDown]
    public async Task DisposeAsync()
    {
        _queue.Fail(new IOException("the test is over"));
        await _tubs.DisposeAsync();
    }

    [Test]
    public async Task Add_ConnectionTakesAll_IsAnsweredAtOnce()
    {
        TakingConnection local = new(_wire.FirstConnection) { Room = 100 };
        _ = _queue.DrainAsync(local);
        await WriteAsync(0, 10).Within("the first answer");
        await WriteAsync(10, 20).Within("the second answer");

        Assert.That(local.Taken, Is.EqualTo(Piping.Bytes(30)));
        Assert.That(_queue.Written, Is.EqualTo(30));
    }

    [Test]
    public async Task Add_ConnectionTakesAPart_TheRestFollowsInOrder()
    {
        TakingConnection local = new(_wire.FirstConnection) { Room = 4 };
        _ = _queue.DrainAsync(local);
        Task first = WriteAsync(0, 10);
        await _tubs.RoundTripAsync();
        local.Room = 100;
        Task second = WriteAsync(10, 10); // Not past those that wait.
        await _tubs.RoundTripAsync();
        Assert.That((first.IsCompleted, _queue.Written), Is.EqualTo((false, 4L)));
        Assert.That(await _wire.Second.ReceiveAsync(16), Is.EqualTo(Piping.Bytes(20)[4..]));
        await Task.WhenAll(first, second).Within("the answers");
        await WriteAsync(20, 5).Within("the answer to the third");

        Assert.That(local.Taken, Is.EqualTo((byte[])[.. Piping.Bytes(4), .. Piping.Bytes(25)[20..]]));
    }

    [Test]
    public async Task Add_BeforeTheDrain_Waits()
    {
        TakingConnection local = new(_wire.FirstConnection) { Room = 100 };
        Task answer = WriteAsync(0, 10);
        await _tubs.RoundTripAsync();
        Assert.That(answer.IsCompleted, Is.False);
        _ = _queue.DrainAsync(local);
        Assert.That(await _wire.Second.ReceiveAsync(10), Is.EqualTo(Piping.Bytes(10)));
        await answer.Within("the answer");
    }

    [Test]
    public async Task Add_ConnectionIsReset_TheDrainTellsWhy()
    {
        TakingConnection local = new(_wire.FirstConnection) { Failure = new SocketException((int)SocketError.ConnectionReset) };
        Task draining = _queue.DrainAsync(local);
        Task answer = WriteAsync(0, 10);

        SocketException failure = (await Assert.ThrowsAsync<SocketException>(async () => await draining.Within("the end of the queue")))!;
        Assert.That(failure.SocketErrorCode, Is.EqualTo(SocketError.ConnectionReset), "and not what a second attempt says");
        await _tubs.RoundTripAsync();
        Assert.That((answer.IsCompleted, _queue.Written), Is.EqualTo((false, 0L)));
    }

    [Test]
    public async Task Finish_WhatWasTakenAtOnce_EndsTheDrain()
    {
        TakingConnection local = new(_wire.FirstConnection) { Room = 100 };
        Task draining = _queue.DrainAsync(local);
        await WriteAsync(0, 10).Within("the answer");
        _queue.Finish();

        await draining.Within("the end of the queue");
        Assert.That(_queue.IsDrained, Is.True);
    }

    private Task<object?> WriteAsync(int start, int count) => _remote.CallAsync("write", [Piping.Bytes(start + count)[start..]]);

    /// <summary>A connection that takes as much at once as a test says.</summary>
    private sealed class TakingConnection(TransportConnection inner) : TransportConnection(inner.RemoteEndPoint)
    {
        private readonly MemoryStream _taken = new();

        public int Room { get; set; }

        public SocketException? Failure { get; init; }

        public byte[] Taken => _taken.ToArray();

        public override PipeReader Input => inner.Input;

        public override PipeWriter Output => inner.Output;

        public override int TrySend(ReadOnlySpan<byte> bytes)
        {
            if (Failure is not null)
            {
                throw Failure;
            }

            int count = Math.Min(bytes.Length, Room);
            _taken.Write(bytes[..count]);
            return count;
        }

        public override ValueTask DisposeAsync() => inner.DisposeAsync();

        protected override void OnAbort() => inner.Abort();
    }
}
