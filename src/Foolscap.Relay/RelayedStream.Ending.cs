using Foolscap.Tubs;

namespace Foolscap.Relay;

/// <summary>How a stream ends: which side has ended it, why, and what is still passed on.</summary>
public sealed partial class RelayedStream
{
    private const string LostReason = "the connection between relay and client was lost";

    /// <summary>
    /// How long bytes that were under way when the stream was aborted may take. A reader that stands still gets no longer
    /// than this; its kernel keeps what it has.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private Phase _phase;
    private bool _closed;
    private bool _localEnded;
    private bool _detached;
    private string? _reason;
    private CancellationTokenSource? _grace;

    private enum Phase
    {
        /// <summary>Nothing has gone wrong; each direction may have ended in order.</summary>
        Open,

        /// <summary>The local connection takes nothing any more. What it has sent before is still read and passed on.</summary>
        LocalLost,

        /// <summary>The other end has aborted. What it has written before is still passed on to the local connection.</summary>
        AbortedByRemote,

        /// <summary>Nothing more happens.</summary>
        Over,
    }

    private bool IsClosedByRemote
    {
        get
        {
            lock (_gate)
            {
                return _closed;
            }
        }
    }

    /// <summary>The local connection has ended its direction, and the other end has been told.</summary>
    private void OnLocalEnded()
    {
        bool isLost;
        lock (_gate)
        {
            _localEnded = true;
            isLost = _phase == Phase.LocalLost;
        }

        if (isLost)
        {
            Cut(LostReason); // A reason is there already.
        }
    }

    /// <summary>The local connection can be neither read nor written any more.</summary>
    private void OnLocalReset(string reason)
    {
        if (!IsStopping())
        {
            Cut(reason);
        }
    }

    /// <summary>
    /// The local connection cannot be written any more: most often because the peer has reset it. Bytes that the peer has
    /// sent before may stand in the kernel still, and go before the abort.
    /// </summary>
    private void OnLocalLost(Exception failure)
    {
        string reason = Describe(failure);
        lock (_gate)
        {
            if (_phase == Phase.LocalLost || (_phase == Phase.Open && _localEnded && _closed && _queue.IsDrained))
            {
                return; // Known; or both directions have ended, and how the peer goes then is its own affair.
            }

            if (_phase == Phase.Open && !_localEnded)
            {
                _phase = Phase.LocalLost;
                _reason = reason;
                StartGrace();
                reason = string.Empty;
            }
        }

        if (reason.Length == 0)
        {
            // An error answer would be an abort, and overtake the bytes: what comes is taken, and not answered.
            _queue.Discard();
        }
        else
        {
            Cut(reason);
        }
    }

    private void OnRemoteLost() => AbortByRemote(LostReason, tellRemote: false);

    /// <summary>
    /// The other end has aborted. The local connection is not read any more; what came before the abort is written to it,
    /// and then it is reset.
    /// </summary>
    private void AbortByRemote(string reason, bool tellRemote)
    {
        RemoteReference? remote;
        bool isLost;
        lock (_gate)
        {
            if (_phase is Phase.AbortedByRemote or Phase.Over)
            {
                return;
            }

            isLost = _phase == Phase.LocalLost;
            remote = _remote;
            if (!isLost)
            {
                _phase = Phase.AbortedByRemote;
                _reason = reason;
                StartGrace();
            }
        }

        if (isLost)
        {
            Cut(reason, tellRemote);
            return;
        }

        _outbound.Stop(new IOException(reason));
        _queue.Finish();
        Release(remote, tellRemote ? reason : null);
    }

    /// <summary>Resets the local connection behind what it got, if the other end has aborted.</summary>
    private async ValueTask ResetIfAbortedAsync()
    {
        CancellationToken grace;
        lock (_gate)
        {
            if (_phase != Phase.AbortedByRemote || _remote is null)
            {
                return;
            }

            grace = _grace!.Token;
        }

        await _local.ResetAsync(_timeProvider, grace).ConfigureAwait(false);
    }

    /// <summary>Everything has been done; without a reason until now, that is an end in order.</summary>
    /// <returns>Whether that is so; not if the stream has been cut meanwhile, by somebody who may not have come to the connection yet.</returns>
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

        Release(_remote, reason: null);
        _grace?.Cancel();
        return true;
    }

    /// <summary>Ends everything at once; the first reason counts.</summary>
    private void Cut(string reason, bool tellRemote = true)
    {
        RemoteReference? remote;
        CancellationTokenSource? grace;
        lock (_gate)
        {
            if (_phase == Phase.Over)
            {
                return;
            }

            remote = _phase == Phase.AbortedByRemote ? null : _remote;
            _phase = Phase.Over;
            _reason ??= reason;
            reason = _reason;
            grace = _grace;
        }

        // Before the errors that writes get, which say the same.
        Release(remote, tellRemote ? reason : null);
        _local.Abort(); // Before anybody who is told by the next lines can close it in order.
        IOException failure = new(reason);
        _outbound.Stop(failure);
        _queue.Fail(failure);
        grace?.Cancel();
        CompleteEnded();
    }

    /// <summary>Whether the stream is over, or the local connection is not read any more.</summary>
    private bool IsStopping()
    {
        lock (_gate)
        {
            return _phase is Phase.AbortedByRemote or Phase.Over;
        }
    }

    private void StartGrace()
    {
        _grace = new CancellationTokenSource(Grace, _timeProvider);
        _grace.Token.UnsafeRegister(static self => ((RelayedStream)self!).Cut("the time for the rest is over"), this);
    }

    private static void Release(RemoteReference? remote, string? reason)
    {
        if (reason is null)
        {
            remote?.Dispose();
        }
        else if (remote is not null)
        {
            Tell(remote, reason);
        }
    }

    private static void Tell(RemoteReference remote, string reason)
    {
        try
        {
            remote.CallOnly(RelayProtocol.Abort, [Shorten(reason)]);
        }
        catch (Exception exception) when (exception is ConnectionLostException or ObjectDisposedException)
        {
            // Then the other end knows already.
        }

        remote.Dispose();
    }

    private void CompleteEnded() => _ended.TrySetResult(new StreamEnd(_reason, OutboundBytes, InboundBytes));
}
