namespace Foolscap.Tubs.Connections;

/// <summary>
/// The senders of one connection that wait for their turn, first come, first served, one message a turn. The outbox
/// guards it with its lock, but for <see cref="TellGranted"/>, which only the one that flushes calls.
/// </summary>
internal sealed class TurnQueue
{
    private readonly Queue<ByteStringSender> _waiting = new();
    private readonly List<(ByteStringSender Sender, Exception? Failure)> _granted = [];

    public int Count => _waiting.Count;

    public void Enqueue(ByteStringSender sender) => _waiting.Enqueue(sender);

    /// <summary>Gives the next sender its turn.</summary>
    /// <param name="write">Writes its message; a failure is the sender's, because the connection takes no more calls.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryGrant(Action<ByteStringSender> write)
    {
        if (!_waiting.TryDequeue(out ByteStringSender? sender))
        {
            return false;
        }

        try
        {
            write(sender);
            _granted.Add((sender, null));
        }
        catch (Exception failure)
        {
            _granted.Add((sender, failure));
        }

        return true;
    }

    /// <summary>Tells those that had their turn.</summary>
    public void TellGranted()
    {
        foreach ((ByteStringSender sender, Exception? failure) in _granted)
        {
            if (failure is null)
            {
                sender.Complete();
            }
            else
            {
                sender.Fail(failure);
            }
        }

        _granted.Clear();
    }

    /// <summary>Takes everybody off who waits.</summary>
    public IReadOnlyList<ByteStringSender> TakeWaiting()
    {
        ByteStringSender[] waiting = [.. _waiting];
        _waiting.Clear();
        return waiting;
    }
}
