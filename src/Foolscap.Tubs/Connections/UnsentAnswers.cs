using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Connections;

/// <summary>
/// Counts the bytes of an outbox that the peer has caused, until the transport has taken them. The outbox guards it with
/// its lock.
/// </summary>
internal sealed class UnsentAnswers(HeldBytes held)
{
    private long _waiting;
    private long _sending;

    /// <summary>Those that wait and those that are being sent.</summary>
    public long Count => _waiting + _sending;

    public void Add(int count)
    {
        _waiting += count;
        held.Add(count);
    }

    /// <summary>So many bytes are about to be sent, of which the waiting ones are a part.</summary>
    public void BeginSending(int length)
    {
        long taken = Math.Min(_waiting, length);
        _waiting -= taken;
        _sending += taken;
    }

    /// <summary>What was being sent is with the transport, or lost.</summary>
    public void EndSending()
    {
        held.Add(-_sending);
        _sending = 0;
    }

    /// <summary>Nothing will be sent any more.</summary>
    public void Clear()
    {
        held.Add(-Count);
        (_waiting, _sending) = (0, 0);
    }
}
