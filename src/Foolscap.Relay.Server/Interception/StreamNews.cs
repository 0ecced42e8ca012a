using System.Diagnostics;
using Foolscap.Furls;
using Foolscap.Relay.Server.Observation;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Interception;

/// <summary>Measures, traces, logs and tells the host what becomes of callers. Thread-safe.</summary>
internal sealed class StreamNews(
    RelayMetrics metrics, RelayEventSink events, RefusalCounters<RelayRefusal> refusals, RelayLog log, TimeProvider timeProvider)
{
    /// <summary>A caller has named a Tub.</summary>
    public CallerRequest BeginRequest() => new(timeProvider.GetTimestamp(), RelayTracing.StartAccept());

    /// <summary>The Tub has taken his connection.</summary>
    public void OnStarted(in CallerRequest request, ActiveStream active)
    {
        TubId tubId = active.Registration.TubId;
        metrics.OnAccepted(request.Time, active.IsDirect);
        request.Trace.EndAccepted(active.IsDirect);
        log.StreamStarted(active.Peer, tubId.ToString());
        if (events.IsEnabled)
        {
            events.Raise(new StreamStarted(active.Since, tubId, active.Peer, active.IsDirect));
        }
    }

    /// <summary>The connection is over.</summary>
    public void OnEnded(ActiveStream active, StreamEnd end, Activity? trace)
    {
        TubId tubId = active.Registration.TubId;
        StreamEndReason reason = active.GetReason(end);
        metrics.OnEnded(active.Started, reason);
        trace.EndStream(active.IsDirect, reason, end);
        log.StreamEnded(active.Peer, tubId.ToString(), end.OutboundBytes, end.InboundBytes, end.AbortReason ?? "both sides have ended it");
        if (events.IsEnabled)
        {
            TimeSpan duration = timeProvider.GetElapsedTime(active.Started);
            events.Raise(new StreamEnded(events.Now, tubId, active.Peer, active.IsDirect, duration, end) { Reason = reason });
        }
    }

    /// <summary>The Tub has not taken his connection.</summary>
    public void OnRefused(in CallerRequest request, RelayRefusal refusal)
    {
        string kind = RelayTags.Of(refusal);
        metrics.OnRefused(request.Time, kind);
        request.Trace.EndRefused(RelayTags.AcceptResult, kind, kind);
    }

    /// <summary>A connection is about to be told why it is refused.</summary>
    public void OnRefused(string peer, string tubId, RefusedConnectionException refusal)
    {
        if (refusals.Count(refusal.Reason, out long count))
        {
            log.StreamsRefused(count, peer, tubId, refusal.Message);
        }

        if (events.IsEnabled)
        {
            TubId? named = TubId.TryParse(tubId, out TubId? parsed) ? parsed : null;
            events.Raise(new ConnectionRefused(events.Now, refusal.Reason, named, peer, refusal.Message));
        }
    }
}

/// <summary>A caller who waits for his Tub's answer.</summary>
/// <param name="Time">When he made his request.</param>
/// <param name="Trace">What traces it, if somebody wants to know.</param>
internal readonly record struct CallerRequest(long Time, Activity? Trace);
