namespace Foolscap.Tubs.Banana;

/// <summary>Counts what one message makes this side hold, before it is held. Not thread-safe.</summary>
internal sealed class MessageBudget(TubLimits limits)
{
    private int _tokens;
    private long _bytes;

    /// <summary>A new message begins.</summary>
    public void Reset() => (_tokens, _bytes) = (0, 0);

    /// <exception cref="ViolationException">It is one token too many.</exception>
    public void CountToken()
    {
        if (++_tokens > limits.MaxMessageTokens)
        {
            throw new ViolationException($"A message has more tokens than the limit of {limits.MaxMessageTokens}.");
        }
    }

    /// <exception cref="ViolationException">They are too many bytes.</exception>
    public void CountBytes(long count)
    {
        _bytes += count;
        if (_bytes > limits.MaxMessageBytes)
        {
            throw new ViolationException($"A message has more bytes than the limit of {limits.MaxMessageBytes}.");
        }
    }
}
