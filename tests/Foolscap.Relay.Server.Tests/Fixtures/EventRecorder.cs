using System.Collections.Concurrent;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Server.Tests.Fixtures;

/// <summary>Keeps the events of a relay. Thread-safe.</summary>
internal sealed class EventRecorder
{
    private readonly ConcurrentQueue<RelayEvent> _all = new();

    public IReadOnlyList<RelayEvent> All => [.. _all];

    public void Add(RelayEvent what) => _all.Enqueue(what);

    /// <summary>Waits for the first event of this kind.</summary>
    public Task<TEvent> WaitForAsync<TEvent>()
        where TEvent : RelayEvent => WaitForAsync<TEvent>(_ => true);

    /// <summary>Waits for the first event of this kind that is wanted.</summary>
    public async Task<TEvent> WaitForAsync<TEvent>(Predicate<TEvent> wanted)
        where TEvent : RelayEvent
    {
        CancellationToken limit = TestTime.Token;
        while (true)
        {
            if (_all.OfType<TEvent>().FirstOrDefault(one => wanted(one)) is TEvent found)
            {
                return found;
            }

            await Task.Yield();
            if (limit.IsCancellationRequested)
            {
                throw Waiting.Missing($"an event {typeof(TEvent).Name}; there are {string.Join("; ", _all)}");
            }
        }
    }
}
