using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Observation;

/// <summary>Tells the host what happens, if it wants to hear of it. Thread-safe.</summary>
internal sealed class RelayEventSink(Action<RelayEvent>? onEvent, RelayLog log, TimeProvider timeProvider)
{
    /// <summary>A host that fails with one event fails with thousands, which must not fill the log.</summary>
    private readonly RefusalCounters<Kind> _failures = new(timeProvider);

    private enum Kind
    {
        Failed,
    }

    /// <summary>Whether anybody wants to hear: nothing need be made for nobody.</summary>
    public bool IsEnabled => onEvent is not null;

    /// <summary>What time it is, for an event.</summary>
    public DateTimeOffset Now => timeProvider.GetUtcNow();

    /// <summary>Tells it. It never fails.</summary>
    public void Raise(RelayEvent what)
    {
        try
        {
            onEvent?.Invoke(what);
        }
        catch (Exception exception)
        {
            // The program's mistake, which must not end a registration or a stream.
            if (_failures.Count(Kind.Failed, out long count))
            {
                log.EventCallbackFailed(count, exception);
            }
        }
    }
}
