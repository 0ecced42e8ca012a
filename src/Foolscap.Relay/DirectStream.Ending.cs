namespace Foolscap.Relay;

/// <summary>How a stream ends: which side has ended it, why, and what is still passed on.</summary>
public sealed partial class DirectStream
{
    /// <summary>
    /// How long bytes that were under way when one side was reset may take. A reader that stands still gets no longer than
    /// this; its kernel keeps what it has.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private Phase _phase;
    private Leg? _lost;
    private string? _reason;
    private CancellationTokenSource? _grace;

    private enum Phase
    {
        /// <summary>Nothing has gone wrong; each direction may have ended in order.</summary>
        Open,

        /// <summary>One connection takes nothing any more. What it has sent before is still read and passed on.</summary>
        HalfLost,

        /// <summary>One connection is gone. The other one is reset when it has got everything.</summary>
        Lost,

        /// <summary>Nothing more happens.</summary>
        Over,
    }

    /// <summary>A connection's input has ended.</summary>
    /// <returns>Whether that is an end in order, which is to be passed on.</returns>
    private bool OnInputEnded(Leg leg)
    {
        lock (_gate)
        {
            if (_phase == Phase.Open || (_phase == Phase.HalfLost && _lost != leg))
            {
                leg.HasEnded = true;
                return _phase == Phase.Open;
            }
        }

        OnReset(leg, string.Empty); // What a lost connection had still to give has been read. A reason is there already.
        return false;
    }

    /// <summary>A connection can be neither read nor written any more; everything that was read of it has been passed on.</summary>
    private void OnReset(Leg leg, string reason)
    {
        bool bothLost;
        lock (_gate)
        {
            if (_phase is Phase.Lost or Phase.Over)
            {
                return;
            }

            bothLost = _phase == Phase.HalfLost && _lost != leg;
            if (!bothLost)
            {
                Lose(leg, reason);
            }
        }

        if (bothLost)
        {
            Cut(reason);
        }
        else
        {
            Stop(leg);
        }
    }

    /// <summary>
    /// A connection cannot be written any more: most often because its peer has reset it. Bytes that the peer has sent before
    /// may stand in the kernel still, and go before the reset.
    /// </summary>
    private void OnUnwritable(Leg leg, Exception failure)
    {
        bool bothLost;
        lock (_gate)
        {
            if (_phase is Phase.Lost or Phase.Over || _lost == leg || (_local.HasEnded && _remote.HasEnded))
            {
                return; // Known; or both directions have ended, and how the peer goes then is its own affair.
            }

            bothLost = _phase == Phase.HalfLost;
            if (!bothLost && !leg.HasEnded)
            {
                _phase = Phase.HalfLost;
                _lost = leg;
                _reason = Describe(failure);
                StartGrace();
                return;
            }

            if (!bothLost)
            {
                Lose(leg, Describe(failure));
            }
        }

        if (bothLost)
        {
            Cut(Describe(failure));
        }
        else
        {
            Stop(leg);
        }
    }

    /// <summary>One connection is gone; called with the lock held.</summary>
    private void Lose(Leg leg, string reason)
    {
        _phase = Phase.Lost;
        _lost = leg;
        _reason ??= reason;
        if (_grace is null)
        {
            StartGrace();
        }
    }

    /// <summary>Ends both directions; the connection that is not lost is not closed yet.</summary>
    private void Stop(Leg lost)
    {
        lost.Connection.Abort();
        StopBoth();
    }

    /// <summary>Ends every wait of both directions, but for a connection's to take bytes.</summary>
    private void StopBoth()
    {
        _stopping.Cancel();
        _local.Connection.Input.CancelPendingRead();
        _remote.Connection.Input.CancelPendingRead();
    }

    /// <summary>Resets the connection that is not lost behind what it got, if the other one is.</summary>
    private async ValueTask ResetRestAsync()
    {
        Leg rest;
        CancellationToken grace;
        lock (_gate)
        {
            if (_phase != Phase.Lost)
            {
                return;
            }

            rest = _lost == _local ? _remote : _local;
            grace = _grace!.Token;
        }

        await rest.Connection.ResetAsync(_timeProvider, grace).ConfigureAwait(false);
    }

    /// <summary>Everything has been done; without a reason until now, that is an end in order.</summary>
    /// <returns>Whether that is so; not if the stream has been cut meanwhile, by somebody who may not have come to the connections yet.</returns>
    private bool TryFinish()
    {
        lock (_gate)
        {
            if (_phase == Phase.Over)
            {
                return false;
            }

            _phase = Phase.Over;
        }

        _grace?.Cancel();
        return true;
    }

    private void AbortBoth()
    {
        _local.Connection.Abort();
        _remote.Connection.Abort();
    }

    /// <summary>Ends everything at once; the first reason counts.</summary>
    private void Cut(string reason)
    {
        CancellationTokenSource? grace;
        lock (_gate)
        {
            if (_phase == Phase.Over)
            {
                return;
            }

            _phase = Phase.Over;
            _reason ??= reason;
            grace = _grace;
        }

        // Before anybody who is told by the next lines can close them in order.
        AbortBoth();
        StopBoth();
        grace?.Cancel();
        CompleteEnded();
    }

    private void StartGrace()
    {
        _grace = new CancellationTokenSource(Grace, _timeProvider);
        _grace.Token.UnsafeRegister(static self => ((DirectStream)self!).Cut("the time for the rest is over"), this);
    }
}
