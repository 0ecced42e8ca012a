using Foolscap.Relay.Client;
using Foolscap.Relay.Server;

namespace Foolscap.Relay.AspNetCore.Status;

/// <summary>
/// Remembers what happened last. Streams, of which thousands may come in a second, have a place of their own, so that they do
/// not push out what matters more. Thread-safe.
/// </summary>
internal sealed class EventFeed(TimeProvider timeProvider)
{
    /// <summary>How many events of each kind are remembered: of a relay's streams, of a relay, of a client.</summary>
    public const int Capacity = 200;

    private readonly Lock _gate = new();
    private readonly Queue<Numbered> _streams = new(Capacity);
    private readonly Queue<Numbered> _others = new(Capacity);
    private readonly Queue<Numbered> _client = new(Capacity);
    private long _number;

    /// <summary>Takes what happened in the relay. It only keeps it: whoever reads puts it into words.</summary>
    public void Add(RelayEvent relayEvent)
    {
        bool isOfAStream = relayEvent is StreamStarted or StreamEnded or ConnectionRefused;
        Add(isOfAStream ? _streams : _others, number => EventText.Describe(number, relayEvent));
    }

    /// <summary>Takes how the client stands with a relay from now on. An attempt is told by what becomes of it.</summary>
    public void Add(RelayStatus status)
    {
        if (status.State != RelayState.Connecting)
        {
            DateTimeOffset time = timeProvider.GetUtcNow();
            Add(_client, number => EventText.Describe(number, time, status));
        }
    }

    /// <summary>The newest events of the relay. Streams get half of the room at most, unless nothing else needs it.</summary>
    /// <param name="count">How many at most.</param>
    /// <returns>The newest first.</returns>
    public IReadOnlyList<EventReport> GetNewest(int count)
    {
        List<Numbered> newest;
        lock (_gate)
        {
            int streams = Math.Min(_streams.Count, Math.Max(count / 2, count - _others.Count));
            newest = [.. _streams.TakeLast(streams), .. _others.TakeLast(count - streams)];
        }

        return Describe(newest);
    }

    /// <summary>The newest events of the client.</summary>
    /// <param name="count">How many at most.</param>
    /// <returns>The newest first.</returns>
    public IReadOnlyList<EventReport> GetNewestOfClient(int count)
    {
        List<Numbered> newest;
        lock (_gate)
        {
            newest = [.. _client.TakeLast(count)];
        }

        return Describe(newest);
    }

    private static List<EventReport> Describe(List<Numbered> events)
    {
        events.Sort((x, y) => y.Number.CompareTo(x.Number));
        return events.ConvertAll(item => item.Describe(item.Number));
    }

    private void Add(Queue<Numbered> queue, Func<long, EventReport> describe)
    {
        lock (_gate)
        {
            if (queue.Count == Capacity)
            {
                queue.Dequeue();
            }

            queue.Enqueue(new Numbered(++_number, describe));
        }
    }

    private readonly record struct Numbered(long Number, Func<long, EventReport> Describe);
}
