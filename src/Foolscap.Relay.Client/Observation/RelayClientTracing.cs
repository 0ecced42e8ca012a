using System.Diagnostics;

namespace Foolscap.Relay.Client.Observation;

/// <summary>What the client traces: connections that relays offer, and registrations. Nothing is made while nobody listens.</summary>
internal static class RelayClientTracing
{
    public static readonly ActivitySource Source =
        new("Foolscap.Relay.Client", typeof(RelayClientTracing).Assembly.GetName().Version?.ToString(3));

    /// <summary>A relay offers a connection.</summary>
    public static Activity? StartAccept() => Source.StartActivity("accept", ActivityKind.Server);

    /// <summary>The Tub registers.</summary>
    public static Activity? StartRegister() => Source.StartActivity("register", ActivityKind.Client);

    /// <summary>It has worked.</summary>
    public static void End(this Activity? trace, string tag, string result)
    {
        if (trace is not null)
        {
            trace.SetTag(tag, result);
            trace.Dispose();
        }
    }

    /// <summary>It has not. What went wrong may name an address, so a trace tells the kind only.</summary>
    public static void EndFailed(this Activity? trace, string tag, string result, string kind)
    {
        if (trace is not null)
        {
            trace.SetTag(tag, result);
            trace.SetTag(ClientTags.ErrorType, kind);
            trace.SetStatus(ActivityStatusCode.Error, kind);
            trace.Dispose();
        }
    }
}
