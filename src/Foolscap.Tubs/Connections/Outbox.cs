using System.Runtime.CompilerServices;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Connections;

/// <summary>
/// The sending side of one connection: everybody writes whole messages into one buffer, and whoever finds it idle sends
/// what is there; what gathers meanwhile leaves in one piece. Bulk data waits for its turn outside of the buffer, so that
/// the buffer stays short and other messages do not queue up behind it. It starts corked. Thread-safe.
/// </summary>
internal sealed class Outbox
{
    /// <summary>Bulk data enters only while the buffer is shorter: two writes of the relay protocol.</summary>
    private const int BulkThreshold = 128 * 1024;

    /// <summary>While input is being handled, answers gather up to this much before they are sent.</summary>
    private const int CorkThreshold = 32 * 1024;

    /// <summary>
    /// Python Foolscap counts what follows a decision in the same read against the decision's own limit of 4,096 bytes,
    /// so a master sends no more than this before it has heard from the slave.
    /// </summary>
    private const int FirstBurst = 3000;

    private readonly Lock _gate = new();
    private readonly IGatheringWriter _transport;
    private readonly Action<Exception> _onFailure;
    private readonly MessageEncoder _encoder;
    private readonly TurnQueue _turns = new();
    private readonly UnsentAnswers _answers;
    private readonly Action<ByteStringSender> _writeTurn;

    private OutputBuffer _filling = new();
    private OutputBuffer _sending = new();
    private TaskCompletionSource? _idle;
    private TaskCompletionSource? _taken;
    private Exception? _failure;
    private bool _flushing;
    private bool _corked = true;
    private bool _completed;
    private int? _burstLeft;

    public Outbox(IGatheringWriter transport, IReferenceExporter exporter, bool isMaster, HeldBytes held, Action<Exception> onFailure)
    {
        _transport = transport;
        _answers = new UnsentAnswers(held);
        _onFailure = onFailure;
        _encoder = new MessageEncoder(_filling, exporter);
        _writeTurn = sender => _encoder.Encode(sender.CreateMessage());
        _burstLeft = isMaster ? FirstBurst : null;
    }

    /// <summary>How many bytes wait to be sent, without those that are being sent.</summary>
    public int UnsentBytes
    {
        get
        {
            lock (_gate)
            {
                return _filling.Length;
            }
        }
    }

    /// <summary>Whether bytes are with the transport that it has not taken yet.</summary>
    public bool IsSending
    {
        get
        {
            lock (_gate)
            {
                return _flushing;
            }
        }
    }

    /// <summary>Puts a message behind all others that are waiting.</summary>
    /// <exception cref="ViolationException">It cannot be sent, and nothing of it is.</exception>
    /// <exception cref="ConnectionLostException">The connection is gone.</exception>
    public void Post<TMessage>(in TMessage message)
        where TMessage : struct, IOutboundMessage
    {
        bool flush;
        lock (_gate)
        {
            ThrowIfFailed();
            _encoder.Encode(message);
            flush = TryBeginFlush();
        }

        FlushIf(flush);
    }

    /// <summary>Puts a message that the peer has caused behind all others that are waiting.</summary>
    /// <returns>How many bytes that the peer has caused the transport has not taken.</returns>
    /// <exception cref="ViolationException">It cannot be sent, and nothing of it is.</exception>
    /// <exception cref="ConnectionLostException">The connection is gone.</exception>
    public long PostAnswer<TMessage>(in TMessage message)
        where TMessage : struct, IOutboundMessage
    {
        bool flush;
        long waiting;
        lock (_gate)
        {
            ThrowIfFailed();
            int length = _filling.Length;
            _encoder.Encode(message);
            _answers.Add(_filling.Length - length);
            waiting = _answers.Count;
            flush = TryBeginFlush();
        }

        FlushIf(flush);

        return waiting;
    }

    /// <summary>Sends bulk data now if there is room, or else when its turn comes.</summary>
    /// <returns>True if it has been written; false if the sender is told later.</returns>
    public bool TrySend(ByteStringSender sender)
    {
        bool flush;
        lock (_gate)
        {
            ThrowIfFailed();
            if (_turns.Count > 0 || _filling.Length >= BulkThreshold)
            {
                _turns.Enqueue(sender);
                return false;
            }

            _encoder.Encode(sender.CreateMessage());
            flush = TryBeginFlush();
        }

        FlushIf(flush);

        return true;
    }

    /// <summary>Holds messages back that are the result of input which is being handled.</summary>
    public void Cork()
    {
        lock (_gate)
        {
            _corked = true;
        }
    }

    /// <summary>Sends what <see cref="Cork"/> held back.</summary>
    public void Uncork()
    {
        bool flush;
        lock (_gate)
        {
            _corked = false;
            flush = TryBeginFlush();
        }

        FlushIf(flush);
    }

    /// <summary>The peer has been heard: it has read the decision, and the first burst needs no limit any more.</summary>
    public void OnReceived()
    {
        bool flush = false;
        lock (_gate)
        {
            if (_burstLeft is not null)
            {
                _burstLeft = null;
                flush = TryBeginFlush();
            }
        }

        FlushIf(flush);
    }

    /// <summary>Waits until the transport has to take no more than so many bytes, or the connection has failed.</summary>
    public async Task WaitUntilBelowAsync(int limit)
    {
        while (true)
        {
            Task taken;
            lock (_gate)
            {
                if ((long)_filling.Length + _sending.Length <= limit || _failure is not null)
                {
                    return;
                }

                taken = (_taken ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await taken.ConfigureAwait(false);
        }
    }

    /// <summary>Takes no more messages, and sends those that are there.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
        }
    }

    /// <summary>Waits until nothing is waiting to be sent, or the connection has failed.</summary>
    public Task WaitUntilIdleAsync()
    {
        lock (_gate)
        {
            if (!_flushing && (_filling.Length == 0 || _failure is not null))
            {
                return Task.CompletedTask;
            }

            return (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Ends the outbox: nothing more is taken, and those who wait for a turn are told why.</summary>
    public void Fail(Exception failure)
    {
        IReadOnlyList<ByteStringSender> waiting;
        TaskCompletionSource? idle = null;
        TaskCompletionSource? taken;
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }

            _failure = failure;
            waiting = _turns.TakeWaiting();
            (taken, _taken) = (_taken, null);
            if (!_flushing)
            {
                _filling.Reset();
                _answers.Clear();
                (idle, _idle) = (_idle, null);
            }
        }

        idle?.SetResult();
        taken?.SetResult();
        foreach (ByteStringSender sender in waiting)
        {
            sender.Fail(failure);
        }
    }

    private void FlushIf(bool hasBegun)
    {
        if (hasBegun)
        {
            _ = FlushAsync();
        }
    }

    private bool TryBeginFlush()
    {
        if (_flushing || _filling.Length == 0 || _failure is not null || (_corked && _filling.Length < CorkThreshold))
        {
            return false;
        }

        return _flushing = _burstLeft is not 0;
    }

    private async Task FlushAsync()
    {
        try
        {
            while (TakeBuffer())
            {
                ValueTask write = SendAsync();

                // While the bytes leave, the next ones may come: those whose turn it was go on from here.
                _turns.TellGranted();
                await write.ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // In this order: nobody may start another flush on a stream that has failed.
            Fail(exception);
            EndFlush();
            _turns.TellGranted();
            _onFailure(exception);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync()
    {
        for (int i = 0; i < _sending.SegmentCount; i++)
        {
            await _transport.WriteAsync(_sending[i]).ConfigureAwait(false);
        }

        await _transport.FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Lets go of what has been sent, makes what has gathered the buffer to send, and gives the next turns.</summary>
    /// <returns>False if there is nothing to send; then this flush is over.</returns>
    private bool TakeBuffer()
    {
        TaskCompletionSource? taken = null;
        lock (_gate)
        {
            _sending.Reset();
            _answers.EndSending();
            if (_failure is null && _filling.Length > 0 && _burstLeft is not 0)
            {
                TakeBytes();
                while (_filling.Length < BulkThreshold && _turns.TryGrant(_writeTurn))
                {
                }

                (taken, _taken) = (_taken, null);
            }
        }

        if (_sending.Length == 0)
        {
            EndFlush();
            return false;
        }

        taken?.SetResult();
        return true;
    }

    private void TakeBytes()
    {
        if (_burstLeft is int left && left < _filling.Length)
        {
            _answers.BeginSending(left);
            _filling.MoveStart(_sending, left);
            _burstLeft = 0;
            return;
        }

        _answers.BeginSending(_filling.Length);
        _burstLeft -= _filling.Length;
        (_filling, _sending) = (_sending, _filling);
        _encoder.Output = _filling;
    }

    private void EndFlush()
    {
        TaskCompletionSource? idle = null;
        TaskCompletionSource? taken;
        bool flush;
        lock (_gate)
        {
            _flushing = false;
            _sending.Reset();
            _answers.EndSending();
            (taken, _taken) = (_taken, null);
            if (_failure is not null)
            {
                _filling.Reset();
                _answers.Clear();
            }

            flush = TryBeginFlush();
            if (!flush && _filling.Length == 0)
            {
                (idle, _idle) = (_idle, null);
            }
        }

        idle?.SetResult();
        taken?.SetResult();
        FlushIf(flush);
    }

    private void ThrowIfFailed()
    {
        if (_failure is not null || _completed)
        {
            throw new ConnectionLostException(_failure?.Message ?? "The connection is being closed.", _failure);
        }
    }
}
