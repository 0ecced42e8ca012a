using System.Buffers;
using BenchmarkDotNet.Attributes;
using Foolscap.Relay.Streams;
using Foolscap.TestUtilities;
using Foolscap.Tubs;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Connections;

namespace Foolscap.Relay.Benchmarks.Micro;

/// <summary>A <c>write</c> of 64 KiB on its way between a stream and the connection, without TLS and sockets.</summary>
public class HandOverBenchmarks
{
    private readonly DiscardingWire _wire = new();
    private readonly DiscardingConnection _local = new();
    private readonly ReadOnlySequence<byte> _message = new(Messages.ToBytes(Messages.Write));
    private readonly Outbox _outbox;
    private readonly ReceiveQueue _queue;
    private TubPair _tubs = null!;
    private MessageDecoder _decoder = null!;

    public HandOverBenchmarks()
    {
        _outbox = new Outbox(_wire, new Messages(), isMaster: false, new HeldBytes(new TotalBytes(long.MaxValue)), exception => throw exception);
        _queue = new ReceiveQueue(new ReceiveWindow(RelayProtocol.DefaultWindow, RelayProtocol.DefaultWindow, reservation: null, TimeProvider.System));
    }

    /// <summary>Each write must leave at once, and whole.</summary>
    [GlobalSetup]
    public void Setup() => SetupAsync().GetAwaiter().GetResult(); // In one process with BenchmarkDotNet, no task is waited for here.

    [GlobalCleanup]
    public void Cleanup() => _tubs.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Benchmark(Description = "stream's bytes -> encoder -> wire")]
    public long Send()
    {
        long before = _wire.Discarded.Total;
        _outbox.Post(Messages.Write);
        return _wire.Discarded.Total - before;
    }

    [Benchmark(Description = "decoder -> stream's queue -> local connection")]
    public long Receive()
    {
        long before = _local.Discarded.Total;
        _decoder.Decode(_message);
        return _local.Discarded.Total - before;
    }

    private async Task SetupAsync()
    {
        _tubs = TubPair.Create();
        PendingAnswer unwanted = new(await _tubs.ConnectAsync(), requestId: 0);
        _decoder = new MessageDecoder(TubLimits.Default, new StreamHandler(_queue, unwanted));
        _ = _queue.DrainAsync(_local);
        _outbox.Uncork();

        Check.That(Send() == _message.Length, "a write goes to the wire with its frame");
        Check.That(_wire.Discarded.Kept.AsSpan().IndexOf(Messages.Data) > 0, "its bytes go to the wire");
        Check.That(Receive() == Messages.Data.Length && _queue.Written == _local.Discarded.Total, "a write goes to the local connection");
        Check.That(_local.Discarded.Kept.AsSpan().SequenceEqual(Messages.Data), "its bytes go to the local connection");
        _wire.Discarded.IsKept = _local.Discarded.IsKept = false;
        Check.That(Enumerable.Range(0, 100).All(_ => Receive() == Messages.Data.Length), "windows open again");
    }

    /// <summary>A decoder's other side that knows one stream.</summary>
    private sealed class StreamHandler(ReceiveQueue queue, PendingAnswer answer) : LastMessage
    {
        public override void HandleBytesCall(long requestId, IByteStringReceiver target, string method, in ReadOnlySequence<byte> data) =>
            queue.Add(data, answer);
    }
}
