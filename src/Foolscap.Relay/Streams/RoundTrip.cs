namespace Foolscap.Relay.Streams;

/// <summary>
/// The round trip to the other end, as the receiving side sees it: from an answer that opens the window to the first byte
/// that had no place in the window before. A sender that does not wait for the window sends that byte later, so what counts
/// is the shortest time of all. The queue's lock guards it.
/// </summary>
internal sealed class RoundTrip(TimeProvider timeProvider)
{
    private long? _edge;
    private long _openedAt;

    /// <summary>The shortest one so far; none if none has been seen.</summary>
    public TimeSpan? Shortest { get; private set; }

    /// <summary>An answer that opens the window is about to be sent.</summary>
    /// <param name="edge">Up to where it was open before.</param>
    public void OnOpening(long edge)
    {
        if (_edge is null)
        {
            (_edge, _openedAt) = (edge, timeProvider.GetTimestamp());
        }
    }

    /// <summary>Bytes have arrived.</summary>
    /// <param name="position">The end of what has arrived so far.</param>
    public void OnReceived(long position)
    {
        if (_edge is not long edge || position <= edge)
        {
            return;
        }

        TimeSpan time = timeProvider.GetElapsedTime(_openedAt);
        Shortest = time < (Shortest ?? TimeSpan.MaxValue) ? time : Shortest;
        _edge = null;
    }
}
