namespace Foolscap.Tubs.Banana;

/// <summary>
/// Counts what one message makes this side hold, before it is held, alone and together with the calls that wait for their
/// answers, and with what all other connections hold. Not thread-safe.
/// </summary>
internal sealed class MessageBudget(TubLimits limits, IMessageHandler handler, HeldBytes held)
{
    /// <summary>What a token costs beside its bytes: an object of .NET, and its place in the one that holds it.</summary>
    private const int TokenCost = 64;

    /// <summary>What a list, dict or set costs more, empty as it may be, with its entry in the table of containers.</summary>
    private const int ContainerCost = 128;

    /// <summary>
    /// A shorter message is judged only when it is complete, by those who keep it: what nobody keeps, such as a write of
    /// the relay protocol (64 KiB and its frame) or a decref, has to get through however much others hold.
    /// </summary>
    private const int ShortMessage = 65 * 1024;

    /// <summary>The message counts among what the connection holds in steps of this size, and not token by token.</summary>
    private const int ChargeStep = 16 * 1024;

    private int _tokens;
    private long _charged;
    private long _bytes;

    /// <summary>What the message costs so far, in bytes of memory, as good as that can be told.</summary>
    public long Cost { get; private set; }

    /// <summary>A new message begins.</summary>
    public void Reset() => (_tokens, _bytes, Cost) = (0, 0, 0);

    /// <summary>The message is over: whoever keeps it counts it from now on.</summary>
    public void End()
    {
        if (_charged > 0)
        {
            held.Add(-_charged);
            _charged = 0;
        }
    }

    /// <exception cref="ViolationException">It is one token too many.</exception>
    public void CountToken()
    {
        if (++_tokens > limits.MaxMessageTokens)
        {
            throw new ViolationException($"A message has more tokens than the limit of {limits.MaxMessageTokens}.");
        }

        AddCost(TokenCost);
    }

    /// <exception cref="ViolationException">It is one container too many.</exception>
    public void CountContainer() => AddCost(ContainerCost);

    /// <summary>Counts bytes that are about to be kept.</summary>
    /// <exception cref="ViolationException">They are too many.</exception>
    public void CountBytes(long count)
    {
        CheckBytes(count);
        _bytes += count;
        Cost += count;
        Charge(Cost);
    }

    /// <summary>Looks whether so many bytes may come, which have to be waited for, and so gather, until all are there.</summary>
    /// <exception cref="ViolationException">They are too many.</exception>
    public void CheckBytes(long count)
    {
        if (_bytes + count > limits.MaxMessageBytes)
        {
            throw new ViolationException($"A message has more bytes than the limit of {limits.MaxMessageBytes}.");
        }

        CheckPending(Cost + count);
    }

    /// <summary>
    /// Counts what has come of a body that is not complete. Not its length, which costs the peer nothing to announce: a few
    /// that announce much and send nothing would keep all others out.
    /// </summary>
    /// <exception cref="ViolationException">All connections together hold too much.</exception>
    public void CountGathered(long count) => Charge(Cost + count);

    private void AddCost(int cost)
    {
        CheckPending(Cost + cost);
        Cost += cost;
        Charge(Cost);
    }

    private void Charge(long cost)
    {
        if (cost - _charged < ChargeStep)
        {
            return;
        }

        held.Add(cost - _charged);
        _charged = cost;
        if (cost > ShortMessage && held.IsTotalExceeded)
        {
            throw limits.TooManyTotalBytes();
        }
    }

    private void CheckPending(long cost)
    {
        if (cost > ShortMessage && handler.PendingBytes + cost > limits.MaxPendingBytes)
        {
            throw limits.TooManyPendingBytes();
        }
    }
}
