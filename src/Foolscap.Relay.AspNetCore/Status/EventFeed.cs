using Foolscap.Relay.Server;

namespace Foolscap.Relay.AspNetCore.Status;

/// <summary>
/// Remembers what happened last. Streams, of which thousands may come in a second, have a place of their own, so that they do
/// not push out what matters more. Thread-safe.
/// </summary>
internal sealed class EventFeed
{
    /// <summary>How many events of each of the two are remembered.</summary>
    public const int Capacity = 200;

    private readonly Lock _gate = new();
    private readonly Queue<Numbered> _streams = new(Capacity);
    private readonly Queue<Numbered> _others = new(Capacity);
    private long _number;

    /// <summary>Takes an event. It only keeps it: whoever reads puts it into words.</summary>
    public void Add(RelayEvent relayEvent)
    {
        lock (_gate)
        {
            Queue<Numbered> queue = relayEvent is StreamStarted or StreamEnded or ConnectionRefused ? _streams : _others;
            if (queue.Count == Capacity)
            {
                queue.Dequeue();
            }

            queue.Enqueue(new Numbered(++_number, relayEvent));
        }
    }

    /// <summary>The newest events.</summary>
    /// <param name="count">How many at most.</param>
    /// <returns>The newest first.</returns>
    public IReadOnlyList<EventReport> GetNewest(int count)
    {
        Numbered[] all;
        lock (_gate)
        {
            all = [.. _streams, .. _others];
        }

        return [.. all.OrderByDescending(item => item.Number).Take(count).Select(item => EventText.Describe(item.Number, item.Event))];
    }

    private readonly record struct Numbered(long Number, RelayEvent Event);
}
