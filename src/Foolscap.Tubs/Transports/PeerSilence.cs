namespace Foolscap.Tubs.Transports;

/// <summary>
/// Decides from looks at a connection whether the other end's host is dead: something is on its way to it, and it has
/// acknowledged nothing for a minute. The kernel itself would go on trying for a quarter of an hour.
/// </summary>
/// <remarks>
/// A host whose program only stands still acknowledges too. While its window is closed nothing is on the way, though,
/// and the kernel asks how it stands at most every two minutes; one question may be lost: only a silence that is longer
/// than two of these pauses means something. That is what TCP_USER_TIMEOUT does not tell apart.
/// </remarks>
internal struct PeerSilence
{
    /// <summary>How long something may be on its way.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>How long a closed window may stay closed without a word: the kernel's longest pause, twice, and the limit.</summary>
    public static readonly TimeSpan ClosedWindowLimit = TimeSpan.FromSeconds(300);

    /// <summary>
    /// Looks come every few seconds. If the next one takes so long, this process stood still (a snapshot of its machine,
    /// SIGSTOP), and its silence is not the other end's.
    /// </summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private bool _waiting;
    private bool _onTheWay;
    private long _since;
    private long _looked;

    /// <summary>Takes one look into account.</summary>
    /// <returns>Whether the host is dead.</returns>
    public bool IsDead(in TcpInfo info, TimeProvider timeProvider)
    {
        bool onTheWay = info.Unacked > 0;
        TimeSpan waited = _waiting ? timeProvider.GetElapsedTime(_since) : TimeSpan.Zero;
        bool stoodStill = _waiting && timeProvider.GetElapsedTime(_looked) > LongestPause;
        _looked = timeProvider.GetTimestamp();
        if (!_waiting || stoodStill || info.IsDelivered || onTheWay != _onTheWay || info.LastAckReceived < waited)
        {
            // Another wait begins, if any: the acknowledgement of before a send says nothing of this one.
            _waiting = !info.IsDelivered;
            _onTheWay = onTheWay;
            _since = timeProvider.GetTimestamp();
            return false;
        }

        return waited >= (onTheWay ? Limit : ClosedWindowLimit);
    }
}
