using System.Collections.Concurrent;

namespace Foolscap.Relay.Server.Interception;

/// <summary>The streams that are relayed at the moment. Thread-safe.</summary>
internal sealed class ActiveStreams
{
    private readonly ConcurrentDictionary<IActiveStream, Activity> _streams = new();
    private readonly TimeProvider _timeProvider;
    private readonly TimeSpan _idleTimeout;
    private readonly ITimer? _idleTimer;
    private volatile string? _closed;
    private int _direct;

    public ActiveStreams(TimeSpan idleTimeout, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _idleTimeout = idleTimeout;
        if (idleTimeout != Timeout.InfiniteTimeSpan)
        {
            // One look at all of them, instead of a timer for each.
            TimeSpan interval = idleTimeout / 4;
            _idleTimer = timeProvider.CreateTimer(static self => ((ActiveStreams)self!).AbortIdle(), this, interval, interval);
        }
    }

    public int Count => _streams.Count;

    /// <summary>How many of them have a direct connection.</summary>
    public int DirectCount => Volatile.Read(ref _direct);

    /// <summary>Counts a stream that is about to start.</summary>
    public void Add(IActiveStream stream, string tubId)
    {
        _streams.TryAdd(stream, new Activity(tubId) { Since = _timeProvider.GetTimestamp() });
        if (stream is DirectStream)
        {
            Interlocked.Increment(ref _direct);
        }
    }

    /// <summary>Does not count a stream any more.</summary>
    public void Remove(IActiveStream stream)
    {
        if (_streams.TryRemove(stream, out _) && stream is DirectStream)
        {
            Interlocked.Decrement(ref _direct);
        }
    }

    /// <summary>Aborts the streams of a Tub that do not end with its connection.</summary>
    public void AbortDirect(string tubId, string reason)
    {
        foreach ((IActiveStream stream, Activity activity) in _streams)
        {
            if (stream is DirectStream && activity.TubId == tubId)
            {
                stream.Abort(reason);
            }
        }
    }

    /// <summary>Waits until a stream that has been added is over, and does not count it any more.</summary>
    /// <returns>How it ended.</returns>
    public async Task<StreamEnd> RunAsync(IActiveStream stream)
    {
        if (_closed is string reason)
        {
            stream.Abort(reason);
        }

        StreamEnd end = await stream.Ended.ConfigureAwait(false);
        Remove(stream);
        return end;
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
                await Task.WhenAll(_streams.Keys.Select(stream => stream.Ended)).WaitAsync(left, _timeProvider, cancellationToken).ConfigureAwait(false);
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
        List<IActiveStream> streams = [.. _streams.Keys];
        streams.ForEach(stream => stream.Abort(reason));
        await Task.WhenAll(streams.Select(stream => stream.Ended)).ConfigureAwait(false);
        if (_idleTimer is not null)
        {
            await _idleTimer.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void AbortIdle()
    {
        foreach ((IActiveStream stream, Activity last) in _streams)
        {
            long bytes = stream.OutboundBytes + stream.InboundBytes;
            if (bytes != last.Bytes)
            {
                (last.Bytes, last.Since) = (bytes, _timeProvider.GetTimestamp());
            }
            else if (_timeProvider.GetElapsedTime(last.Since) >= _idleTimeout)
            {
                stream.Abort($"nothing has passed for {_idleTimeout.TotalSeconds:0.###} s");
            }
        }
    }

    /// <summary>How many bytes a stream had carried when it was looked at last, and since when.</summary>
    private sealed class Activity(string tubId)
    {
        public string TubId => tubId;

        public long Bytes { get; set; }

        public long Since { get; set; }
    }
}
