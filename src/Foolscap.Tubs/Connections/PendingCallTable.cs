namespace Foolscap.Tubs.Connections;

/// <summary>The calls of this side that wait for their answers. Thread-safe.</summary>
internal sealed class PendingCallTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, (IAnswerReceiver Receiver, int Tag)> _pending = [];
    private long _lastRequestId;
    private Exception? _failure;

    /// <summary>Adds a call.</summary>
    /// <returns>Its request id, never used before.</returns>
    /// <exception cref="ConnectionLostException">The connection is gone.</exception>
    public long Add(IAnswerReceiver receiver, int tag)
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                throw new ConnectionLostException(_failure.Message, _failure);
            }

            long requestId = ++_lastRequestId;
            _pending.Add(requestId, (receiver, tag));
            return requestId;
        }
    }

    public bool Contains(long requestId)
    {
        lock (_gate)
        {
            return _pending.ContainsKey(requestId);
        }
    }

    /// <summary>Takes a call off because nobody waits for its answer any more.</summary>
    public bool Remove(long requestId) => TryTake(requestId, out _);

    public void Answer(long requestId, object? value)
    {
        if (TryTake(requestId, out (IAnswerReceiver Receiver, int Tag) call))
        {
            call.Receiver.OnAnswer(call.Tag, value);
        }
    }

    public void Fail(long requestId, Exception failure)
    {
        if (TryTake(requestId, out (IAnswerReceiver Receiver, int Tag) call))
        {
            call.Receiver.OnFailure(call.Tag, failure);
        }
    }

    /// <summary>Fails all calls, and every later one.</summary>
    public void FailAll(Exception failure)
    {
        (IAnswerReceiver Receiver, int Tag)[] calls;
        lock (_gate)
        {
            _failure ??= failure;
            calls = [.. _pending.Values];
            _pending.Clear();
        }

        List<Exception>? faults = null;
        foreach ((IAnswerReceiver receiver, int tag) in calls)
        {
            try
            {
                receiver.OnFailure(tag, failure);
            }
            catch (Exception fault)
            {
                (faults ??= []).Add(fault); // The others have to hear of it all the same.
            }
        }

        if (faults is not null)
        {
            throw new AggregateException(faults);
        }
    }

    private bool TryTake(long requestId, out (IAnswerReceiver Receiver, int Tag) call)
    {
        lock (_gate)
        {
            return _pending.Remove(requestId, out call);
        }
    }
}
