using System.Buffers;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Connections;

/// <summary>The calls of the peer: gives them control, and sends what comes of them. Thread-safe.</summary>
internal sealed class InboundCalls
{
    private readonly TubConnection _connection;
    private readonly Tub _tub;
    private readonly HeldBytes _held;
    private readonly CallQueue _queue;
    private int _pending;
    private long _pendingBytes;

    public InboundCalls(TubConnection connection, Tub tub, HeldBytes held)
    {
        _connection = connection;
        _tub = tub;
        _held = held;
        _queue = new CallQueue(this);
    }

    /// <summary>What the calls that have been taken and not yet answered make this side hold, in bytes.</summary>
    public long PendingBytes => Interlocked.Read(ref _pendingBytes);

    public void Handle(in InboundCall call)
    {
        if (call.Target is IByteStringReceiver receiver && call.Call.Keywords.Count == 0 && call.Call.Arguments is [byte[] data])
        {
            HandleBytes(call.RequestId, receiver, call.Call.Method, new ReadOnlySequence<byte>(data));
        }
        else if (call.Target is BrokerObject)
        {
            // It answers at once, and a decref is what makes room.
            Run(call with { Cost = 0 });
        }
        else if (TryBegin(call))
        {
            if (call.IsQueued)
            {
                _queue.Enqueue(call);
            }
            else
            {
                Run(call);
            }
        }
    }

    /// <summary>
    /// Hands a byte string over. Such calls have no limit here: those who take them have their own, such as a window, and
    /// the calls of one stream must not use up what others need.
    /// </summary>
    public void HandleBytes(long requestId, IByteStringReceiver target, string method, in ReadOnlySequence<byte> data)
    {
        try
        {
            target.Receive(method, data, new PendingAnswer(_connection, requestId));
        }
        catch (Exception exception)
        {
            AnswerError(requestId, exception);
        }
    }

    /// <summary>Runs one call and sends its answer when it is there.</summary>
    public void Run(in InboundCall call)
    {
        ValueTask<object?> running;
        try
        {
            running = call.Target.CallAsync(call.Call);
        }
        catch (Exception exception)
        {
            Finish(call, answer: null, exception);
            return;
        }

        if (running.IsCompletedSuccessfully)
        {
            Finish(call, running.Result, failure: null);
        }
        else
        {
            _ = AnswerLaterAsync(call, running);
        }
    }

    public void Answer(long requestId, object? value)
    {
        if (requestId == 0)
        {
            return;
        }

        try
        {
            _connection.PostAnswer(new AnswerMessage(requestId, value));
        }
        catch (Exception exception)
        {
            // It cannot be sent, or it threw while it was enumerated.
            _tub.Log.CallFailed(_connection.RemoteTubId, exception);
            _connection.PostAnswer(new ErrorMessage(requestId, exception, _tub.Options.SendTracebacks));
        }
    }

    public void AnswerInteger(long requestId, long value)
    {
        if (requestId != 0)
        {
            _connection.PostAnswer(new IntegerAnswerMessage(requestId, value));
        }
    }

    public void AnswerError(long requestId, Exception exception)
    {
        _tub.Log.CallFailed(_connection.RemoteTubId, exception);
        if (requestId != 0)
        {
            _connection.PostAnswer(new ErrorMessage(requestId, exception, _tub.Options.SendTracebacks));
        }
    }

    private bool TryBegin(in InboundCall call)
    {
        TubLimits limits = _tub.Options.Limits;
        ViolationException? refusal = null;
        if (call.IsQueued && Interlocked.Increment(ref _pending) > limits.MaxPendingCalls)
        {
            refusal = new ViolationException($"{limits.MaxPendingCalls} calls wait for their answers on this connection already, which is the limit.");
        }

        _held.Add(call.Cost);
        long bytes = Interlocked.Add(ref _pendingBytes, call.Cost);
        if (bytes > limits.MaxPendingBytes)
        {
            refusal ??= limits.TooManyPendingBytes();
        }
        else if (bytes > HeldBytes.Step && _held.IsTotalExceeded)
        {
            refusal ??= limits.TooManyTotalBytes();
        }

        if (refusal is not null)
        {
            Release(call);
            AnswerError(call.RequestId, refusal);
        }

        return refusal is null;
    }

    private async Task AnswerLaterAsync(InboundCall call, ValueTask<object?> running)
    {
        object? answer;
        try
        {
            answer = await running.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Finish(call, answer: null, exception);
            return;
        }

        Finish(call, answer, failure: null);
    }

    private void Finish(in InboundCall call, object? answer, Exception? failure)
    {
        // First of all: a peer that has its answer may use the room at once.
        Release(call);
        if (failure is null)
        {
            Answer(call.RequestId, answer);
        }
        else
        {
            AnswerError(call.RequestId, failure);
        }

        try
        {
            call.Call.RunAfterAnswer();
        }
        catch (Exception exception)
        {
            _tub.Log.CallbackFaulted(_connection.RemoteTubId, exception);
        }
    }

    private void Release(in InboundCall call)
    {
        Interlocked.Add(ref _pendingBytes, -call.Cost);
        _held.Add(-call.Cost);
        if (call.IsQueued)
        {
            Interlocked.Decrement(ref _pending);
        }
    }
}
