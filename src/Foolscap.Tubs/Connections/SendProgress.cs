namespace Foolscap.Tubs.Connections;

/// <summary>
/// Compares looks at what this side sends: a peer to which a long message is on its way has nothing to say meanwhile, and
/// the message's progress shows that it lives. Not thread-safe.
/// </summary>
internal sealed class SendProgress(Func<SendingState> look)
{
    private SendingState _last = look();

    /// <summary>Looks again.</summary>
    /// <returns>
    /// Whether something that was on its way for longer than a moment has moved. That a PING of an idle connection is
    /// acknowledged is none of it: the host does that, also when the program stands still.
    /// </returns>
    public bool HasMoved()
    {
        SendingState before = _last;
        _last = look();
        return _last.Position != before.Position && (_last.IsOnItsWay || before.IsOnItsWay);
    }
}

/// <summary>One look at what this side sends.</summary>
/// <param name="Position">How far the peer's host has come; where that is not known, how far the transport has.</param>
/// <param name="IsOnItsWay">Whether there is something that has not arrived; where that is not known, that the transport has not taken.</param>
internal readonly record struct SendingState(long Position, bool IsOnItsWay);
