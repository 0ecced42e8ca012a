using System.Collections.Concurrent;
using Foolscap.Relay.Server.Admission;

namespace Foolscap.Relay.Server.Interception;

/// <summary>The streams that are relayed at the moment. Thread-safe.</summary>
internal sealed class ActiveStreams
{
    private readonly ConcurrentDictionary<ActiveStream, bool> _streams = new();
    private readonly CurrentLimits _limits;
    private readonly TimeProvider _timeProvider;
    private readonly ITimer _idleTimer;
    private volatile string? _closed;
    private int _direct;

    public ActiveStreams(CurrentLimits limits, TimeProvider timeProvider)
    {
        _limits = limits;
        _timeProvider = timeProvider;

        // One look at all of them, instead of a timer for each.
        _idleTimer = timeProvider.CreateTimer(
            static self => ((ActiveStreams)self!).AbortIdle(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        SetIdleTimer(limits.Value);
        limits.Changed += SetIdleTimer;
    }

    public int Count => _streams.Count;

    /// <summary>How many of them have a direct connection.</summary>
    public int DirectCount => Volatile.Read(ref _direct);

    /// <summary>How it stands with each.</summary>
    public IReadOnlyList<RelayedConnection> GetConnections() => [.. _streams.Select(pair => new RelayedConnection(
        pair.Key.Registration.TubId,
        pair.Key.Peer,
        pair.Key.Since,
        pair.Key.IsDirect,
        pair.Key.Stream.OutboundBytes,
        pair.Key.Stream.InboundBytes))];

    /// <summary>Counts a stream that is about to start.</summary>
    public void Add(ActiveStream active)
    {
        _streams.TryAdd(active, true);
        active.Traffic.Add(active.Stream);
        Interlocked.Add(ref _direct, active.IsDirect ? 1 : 0);
    }

    /// <summary>Does not count a stream any more, which has not started after all.</summary>
    public void Withdraw(ActiveStream active)
    {
        Forget(active);
        active.Traffic.Withdraw(active.Stream);
    }

    /// <summary>Aborts the streams of a Tub that do not end with its connection.</summary>
    public void AbortDirect(string tubId, string reason)
    {
        foreach ((ActiveStream active, _) in _streams)
        {
            if (active.IsDirect && active.Registration.TubId.ToString() == tubId)
            {
                active.Abort(StreamEndReason.Denied, reason);
            }
        }
    }

    /// <summary>Waits until a stream that has been added is over. Then <see cref="Remove"/> has to follow.</summary>
    /// <returns>How it ended.</returns>
    public Task<StreamEnd> RunAsync(ActiveStream active)
    {
        if (_closed is string reason)
        {
            active.Abort(StreamEndReason.Stopped, reason);
        }

        return active.Stream.Ended;
    }

    /// <summary>Does not count a stream any more that is over.</summary>
    public void Remove(ActiveStream active, StreamEnd end)
    {
        active.Traffic.Remove(active.Stream, end);
        Forget(active);
    }

    /// <summary>Waits until all are over.</summary>
    /// <returns>Whether they were, in time.</returns>
    public async Task<bool> WaitUntilEmptyAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        long start = _timeProvider.GetTimestamp();
        while (!_streams.IsEmpty)
        {
            TimeSpan left = limit - _timeProvider.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            try
            {
                await AllEndedAsync().WaitAsync(left, _timeProvider, cancellationToken).ConfigureAwait(false);
                await Task.Yield();
            }
            catch (TimeoutException)
            {
                return _streams.IsEmpty;
            }
        }

        return true;
    }

    /// <summary>Aborts those that are relayed, and every later one.</summary>
    public async Task CloseAsync(string reason)
    {
        _closed = reason;
        foreach ((ActiveStream active, _) in _streams)
        {
            active.Abort(StreamEndReason.Stopped, reason);
        }

        await AllEndedAsync().ConfigureAwait(false);
        _limits.Changed -= SetIdleTimer;
        await _idleTimer.DisposeAsync().ConfigureAwait(false);
    }

    private Task<StreamEnd[]> AllEndedAsync() => Task.WhenAll(_streams.Select(pair => pair.Key.Stream.Ended));

    private void Forget(ActiveStream active)
    {
        // The direct ones are never more than all.
        Interlocked.Add(ref _direct, active.IsDirect ? -1 : 0);
        _streams.TryRemove(active, out _);
    }

    private void SetIdleTimer(RelayLimits limits)
    {
        TimeSpan timeout = limits.StreamIdleTimeout;
        TimeSpan interval = timeout == Timeout.InfiniteTimeSpan ? timeout : timeout / 4;
        _idleTimer.Change(interval, interval);
    }

    private void AbortIdle()
    {
        TimeSpan timeout = _limits.Value.StreamIdleTimeout;
        if (timeout == Timeout.InfiniteTimeSpan)
        {
            return; // It has been turned off at this moment.
        }

        foreach ((ActiveStream active, _) in _streams)
        {
            long bytes = active.Stream.OutboundBytes + active.Stream.InboundBytes;
            if (bytes != active.IdleBytes)
            {
                (active.IdleBytes, active.IdleSince) = (bytes, _timeProvider.GetTimestamp());
            }
            else if (_timeProvider.GetElapsedTime(active.IdleSince) >= timeout)
            {
                active.Abort(StreamEndReason.Idle, $"nothing has passed for {timeout.TotalSeconds:0.###} s");
            }
        }
    }
}
