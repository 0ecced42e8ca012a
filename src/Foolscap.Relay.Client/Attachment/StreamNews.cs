using System.Diagnostics;
using Foolscap.Relay.Client.Observation;

namespace Foolscap.Relay.Client.Attachment;

/// <summary>Counts, measures and traces what becomes of the connections that relays offer. Thread-safe.</summary>
internal sealed class StreamNews(RelayClientMetrics metrics)
{
    private long _refusals;

    /// <summary>What the streams carry and have carried.</summary>
    public StreamTraffic Traffic { get; } = new();

    /// <summary>How many connections were not taken.</summary>
    public long Refusals => Interlocked.Read(ref _refusals);

    /// <summary>What time it is, for a duration.</summary>
    public long Now => metrics.Now;

    /// <summary>A relay offers a connection.</summary>
    public StreamOffer BeginOffer() => new(metrics.Now, RelayClientTracing.StartAccept());

    /// <summary>It has been taken.</summary>
    public void OnTaken(in StreamOffer offer, bool isDirect)
    {
        string path = ClientTags.PathOf(isDirect);
        metrics.OnAnswered(offer.Time, path);
        offer.Trace.End(ClientTags.AcceptResult, path);
    }

    /// <summary>It has not been taken.</summary>
    public void OnRefused(in StreamOffer offer, AcceptRefusal refusal)
    {
        Interlocked.Increment(ref _refusals);
        string kind = ClientTags.Of(refusal);
        metrics.OnAnswered(offer.Time, kind);
        offer.Trace.EndFailed(ClientTags.AcceptResult, kind, kind);
    }

    /// <summary>A connection is over.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="end">How it has ended.</param>
    /// <param name="started">When it began.</param>
    /// <param name="isRelayLost">Whether the connection is lost that carried it.</param>
    /// <param name="isStopped">Whether it was ended by this side.</param>
    public void OnEnded(IActiveStream stream, StreamEnd end, long started, bool isRelayLost, bool isStopped)
    {
        Traffic.Remove(stream, end);
        string aborted = isRelayLost ? ClientTags.RelayLost : isStopped ? ClientTags.Stopped : ClientTags.Reset;
        metrics.OnEnded(started, end.IsAborted ? aborted : ClientTags.Completed);
    }
}

/// <summary>A connection that a relay offers.</summary>
/// <param name="Time">When.</param>
/// <param name="Trace">What traces it, if somebody wants to know.</param>
internal readonly record struct StreamOffer(long Time, Activity? Trace);
