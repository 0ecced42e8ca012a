using System.Buffers;

namespace Foolscap.Tubs.Connections;

/// <summary>The calls of the peer: gives them control, and sends what comes of them. Thread-safe.</summary>
internal sealed class InboundCalls
{
    private readonly TubConnection _connection;
    private readonly Tub _tub;
    private readonly CallQueue _queue;
    private int _pending;

    public InboundCalls(TubConnection connection, Tub tub)
    {
        _connection = connection;
        _tub = tub;
        _queue = new CallQueue(this);
    }

    public void Handle(long requestId, IReferenceable target, RemoteCall call)
    {
        if (!TryBegin(requestId))
        {
            return;
        }

        if (target is IByteStringReceiver receiver && call.Keywords.Count == 0 && call.Arguments is [byte[] data])
        {
            Receive(requestId, receiver, call.Method, new ReadOnlySequence<byte>(data));
        }
        else if (target is IByteStringReceiver or BrokerObject)
        {
            Run(requestId, target, call);
        }
        else
        {
            _queue.Enqueue(requestId, target, call);
        }
    }

    public void HandleBytes(long requestId, IByteStringReceiver target, string method, in ReadOnlySequence<byte> data)
    {
        if (TryBegin(requestId))
        {
            Receive(requestId, target, method, data);
        }
    }

    /// <summary>Answers a call that cannot be delivered.</summary>
    public void HandleViolation(long requestId, ViolationException violation)
    {
        Interlocked.Increment(ref _pending);
        AnswerError(requestId, violation);
    }

    /// <summary>Runs one call and sends its answer when it is there.</summary>
    public void Run(long requestId, IReferenceable target, RemoteCall call)
    {
        ValueTask<object?> running;
        try
        {
            running = target.CallAsync(call);
        }
        catch (Exception exception)
        {
            AnswerError(requestId, exception);
            RunAfterAnswer(call);
            return;
        }

        if (running.IsCompletedSuccessfully)
        {
            Answer(requestId, running.Result);
            RunAfterAnswer(call);
        }
        else
        {
            _ = AnswerLaterAsync(requestId, running, call);
        }
    }

    public void Answer(long requestId, object? value)
    {
        Interlocked.Decrement(ref _pending);
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
        Interlocked.Decrement(ref _pending);
        if (requestId != 0)
        {
            _connection.PostAnswer(new IntegerAnswerMessage(requestId, value));
        }
    }

    public void AnswerError(long requestId, Exception exception)
    {
        Interlocked.Decrement(ref _pending);
        _tub.Log.CallFailed(_connection.RemoteTubId, exception);
        if (requestId != 0)
        {
            _connection.PostAnswer(new ErrorMessage(requestId, exception, _tub.Options.SendTracebacks));
        }
    }

    private void Receive(long requestId, IByteStringReceiver target, string method, in ReadOnlySequence<byte> data)
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

    private bool TryBegin(long requestId)
    {
        int limit = _tub.Options.Limits.MaxPendingCalls;
        if (Interlocked.Increment(ref _pending) <= limit)
        {
            return true;
        }

        AnswerError(requestId, new ViolationException($"{limit} calls wait for their answers on this connection already, which is the limit."));
        return false;
    }

    private async Task AnswerLaterAsync(long requestId, ValueTask<object?> running, RemoteCall call)
    {
        object? answer;
        try
        {
            answer = await running.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            AnswerError(requestId, exception);
            RunAfterAnswer(call);
            return;
        }

        Answer(requestId, answer);
        RunAfterAnswer(call);
    }

    private void RunAfterAnswer(RemoteCall call)
    {
        try
        {
            call.RunAfterAnswer();
        }
        catch (Exception exception)
        {
            _tub.Log.CallbackFaulted(_connection.RemoteTubId, exception);
        }
    }
}
