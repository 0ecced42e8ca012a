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
        if (target is IByteStringReceiver receiver && call.Keywords.Count == 0 && call.Arguments is [byte[] data])
        {
            HandleBytes(requestId, receiver, call.Method, new ReadOnlySequence<byte>(data));
        }
        else if (target is IByteStringReceiver or BrokerObject)
        {
            Run(requestId, target, call, isQueued: false);
        }
        else if (TryBegin(requestId))
        {
            _queue.Enqueue(requestId, target, call);
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

    /// <summary>Runs a call that has waited in the queue.</summary>
    public void RunQueued(long requestId, IReferenceable target, RemoteCall call) => Run(requestId, target, call, isQueued: true);

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

    /// <summary>Runs one call and sends its answer when it is there.</summary>
    private void Run(long requestId, IReferenceable target, RemoteCall call, bool isQueued)
    {
        ValueTask<object?> running;
        try
        {
            running = target.CallAsync(call);
        }
        catch (Exception exception)
        {
            AnswerError(requestId, exception);
            Finish(call, isQueued);
            return;
        }

        if (running.IsCompletedSuccessfully)
        {
            Answer(requestId, running.Result);
            Finish(call, isQueued);
        }
        else
        {
            _ = AnswerLaterAsync(requestId, running, call, isQueued);
        }
    }

    private bool TryBegin(long requestId)
    {
        int limit = _tub.Options.Limits.MaxPendingCalls;
        if (Interlocked.Increment(ref _pending) <= limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _pending);
        AnswerError(requestId, new ViolationException($"{limit} calls wait for their answers on this connection already, which is the limit."));
        return false;
    }

    private async Task AnswerLaterAsync(long requestId, ValueTask<object?> running, RemoteCall call, bool isQueued)
    {
        object? answer;
        try
        {
            answer = await running.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            AnswerError(requestId, exception);
            Finish(call, isQueued);
            return;
        }

        Answer(requestId, answer);
        Finish(call, isQueued);
    }

    private void Finish(RemoteCall call, bool isQueued)
    {
        if (isQueued)
        {
            Interlocked.Decrement(ref _pending);
        }

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
