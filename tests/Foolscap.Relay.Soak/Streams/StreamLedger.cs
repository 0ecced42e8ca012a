using System.Collections.Concurrent;

namespace Foolscap.Relay.Soak.Streams;

/// <summary>Where targets report how connections began and ended for them, and callers ask. Thread-safe.</summary>
internal sealed class StreamLedger
{
    private readonly ConcurrentDictionary<long, Entry> _entries = new();

    /// <summary>Opens the entry of a connection, before it is made.</summary>
    public void Open(long id) => _entries.TryAdd(id, new Entry());

    /// <summary>A target has got the connection.</summary>
    public void Begin(long id)
    {
        if (_entries.TryGetValue(id, out Entry? entry))
        {
            entry.Begun = true;
        }
    }

    /// <summary>A connection has ended for its target.</summary>
    public void End(long id, StreamOutcome outcome)
    {
        if (_entries.TryGetValue(id, out Entry? entry))
        {
            entry.Ended.TrySetResult(outcome);
        }
    }

    /// <summary>Closes the entry, and tells how the connection ended for its target.</summary>
    /// <param name="id">The connection.</param>
    /// <param name="mustCome">Whether the target must have got the connection, or may still be about to get it.</param>
    public async Task<StreamOutcome> CloseAsync(long id, bool mustCome)
    {
        Entry entry = _entries[id];
        try
        {
            return mustCome || entry.Begun
                ? await entry.Ended.Task.WaitAsync(Deadlines.Stream)
                : new StreamOutcome(StreamFault.NeverCame);
        }
        catch (TimeoutException)
        {
            return new StreamOutcome(StreamFault.TimedOut, "the target has seen no end of the connection");
        }
        finally
        {
            _entries.TryRemove(id, out _);
        }
    }

    private sealed class Entry
    {
        private volatile bool _begun;

        public bool Begun
        {
            get => _begun;
            set => _begun = value;
        }

        public TaskCompletionSource<StreamOutcome> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
