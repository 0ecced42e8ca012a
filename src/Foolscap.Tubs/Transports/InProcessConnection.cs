using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Foolscap.Tubs.Transports;

/// <summary>
/// One end of a connection whose other end is in the same process: what a socket on loopback is, and behaves like, without
/// the kernel. While nothing arrives it holds no buffer.
/// </summary>
internal sealed class InProcessConnection : TransportConnection
{
    private const int ReadSize = 64 * 1024;

    private readonly InProcessLane _incoming;
    private readonly InProcessLane _outgoing;
    private readonly InProcessStream _stream;
    private readonly Lock _gate = new();
    private readonly List<LossWatch> _watches = [];
    private InProcessConnection _other = null!;
    private bool _isReset;
    private bool _isInputEnded;

    private InProcessConnection(InProcessLane incoming, InProcessLane outgoing, EndPoint? remoteEndPoint)
        : base(remoteEndPoint)
    {
        (_incoming, _outgoing) = (incoming, outgoing);
        _stream = new InProcessStream(incoming, outgoing, OnInputEnded);
        Input = PipeReader.Create(_stream, new StreamPipeReaderOptions(new StartSmallPool(), ReadSize, StartSmallPool.MinimumReadSize, leaveOpen: true, useZeroByteReads: true));
        Output = PipeWriter.Create(_stream, new StreamPipeWriterOptions(leaveOpen: false));
    }

    public override PipeReader Input { get; }

    public override PipeWriter Output { get; }

    internal override Delivery? Delivery => _outgoing.Delivery;

    /// <summary>Whether bytes are under way, in either direction, and held in a buffer.</summary>
    public bool HoldsBuffer => _incoming.HoldsBuffer || _outgoing.HoldsBuffer;

    /// <summary>Makes both ends of a connection.</summary>
    /// <param name="remoteEndPoint">What the second end takes for the address of the first; the first knows none.</param>
    public static (InProcessConnection First, InProcessConnection Second) CreatePair(EndPoint? remoteEndPoint)
    {
        InProcessLane there = new();
        InProcessLane back = new();
        InProcessConnection first = new(back, there, remoteEndPoint: null);
        InProcessConnection second = new(there, back, remoteEndPoint);
        (first._other, second._other) = (second, first);
        return (first, second);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<bool> WaitForInputAsync(CancellationToken cancellationToken = default)
    {
        await _incoming.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        return true;
    }

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _stream.ReadAsync(buffer, cancellationToken);

    public override int TrySend(ReadOnlySpan<byte> bytes) => _outgoing.TryWrite(bytes);

    public override IDisposable? WatchForLoss(Action<Exception> onLost)
    {
        ArgumentNullException.ThrowIfNull(onLost);
        LossWatch watch = new(this, onLost);
        lock (_gate)
        {
            _watches.Add(watch);
        }

        TellIfLost();
        return watch;
    }

    protected override void OnAbort()
    {
        // In this order: who reads that the input is over must find what is to be told of the output.
        _outgoing.Reset();
        _incoming.StopReading();
        _other.OnReset();
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await Output.CompleteAsync().ConfigureAwait(false);
        }
        catch (SocketException)
        {
            _outgoing.End(); // The other end is gone, with what it has not read.
        }

        await Input.CompleteAsync().ConfigureAwait(false);
        if (_incoming.StopReading())
        {
            _other.OnReset(); // As TCP does: what it has sent will not be read by anybody.
        }
    }

    private void OnInputEnded()
    {
        lock (_gate)
        {
            _isInputEnded = true;
        }

        TellIfLost();
    }

    private void OnReset()
    {
        lock (_gate)
        {
            _isReset = true;
        }

        TellIfLost();
    }

    /// <summary>Tells of a reset that no read tells of, because the other end had ended its direction before.</summary>
    private void TellIfLost()
    {
        List<LossWatch> told;
        lock (_gate)
        {
            if (!_isReset || !_isInputEnded || _outgoing.IsEnded || _watches.Count == 0)
            {
                return;
            }

            told = [.. _watches];
            _watches.Clear();
        }

        // By a thread of this end's own: the other end's may be in the midst of anything.
        ThreadPool.UnsafeQueueUserWorkItem(static told => told.ForEach(watch => watch.Tell()), told, preferLocal: false);
    }

    private sealed class LossWatch(InProcessConnection owner, Action<Exception> onLost) : IDisposable
    {
        private int _over;

        public void Tell()
        {
            if (Interlocked.Exchange(ref _over, 1) == 0)
            {
                onLost(new SocketException((int)SocketError.ConnectionReset));
            }
        }

        public void Dispose()
        {
            Volatile.Write(ref _over, 1);
            lock (owner._gate)
            {
                owner._watches.Remove(this);
            }
        }
    }
}
