using System.Diagnostics;

namespace Foolscap.Relay.Server.Observation;

/// <summary>What the relay traces: requests of callers, streams and registrations. Nothing is made while nobody listens.</summary>
internal static class RelayTracing
{
    public static readonly ActivitySource Source = new("Foolscap.Relay.Server", typeof(RelayTracing).Assembly.GetName().Version?.ToString(3));

    /// <summary>A caller has made his request; ends with the Tub's answer.</summary>
    public static Activity? StartAccept() => Source.StartActivity("accept", ActivityKind.Server);

    /// <summary>A Tub wants to register.</summary>
    public static Activity? StartRegister() => Source.StartActivity("register", ActivityKind.Server);

    /// <summary>A stream begins, which the caller's request has asked for.</summary>
    public static Activity? StartStream(Activity? request) =>
        Source.StartActivity("stream", ActivityKind.Server, request?.Context ?? default);

    /// <summary>The Tub has taken the connection.</summary>
    public static void EndAccepted(this Activity? accept, bool isDirect)
    {
        if (accept is not null)
        {
            accept.SetTag(RelayTags.AcceptResult, RelayTags.PathOf(isDirect));
            accept.Dispose();
        }
    }

    /// <summary>Refused. What the peer is told may name a Tub, so a trace tells the kind only.</summary>
    public static void EndRefused(this Activity? request, string resultTag, string result, string kind)
    {
        if (request is not null)
        {
            request.SetTag(resultTag, result);
            request.SetTag(RelayTags.ErrorType, kind);
            request.SetStatus(ActivityStatusCode.Error, kind);
            request.Dispose();
        }
    }

    /// <summary>Something has gone wrong in the relay itself.</summary>
    public static void EndFaulted(this Activity? trace, Exception exception)
    {
        if (trace is not null)
        {
            trace.SetTag(RelayTags.ErrorType, exception.GetType().FullName);
            trace.SetStatus(ActivityStatusCode.Error);
            trace.Dispose();
        }
    }

    /// <summary>A stream is over.</summary>
    public static void EndStream(this Activity? stream, bool isDirect, StreamEndReason reason, StreamEnd end)
    {
        if (stream is not null)
        {
            stream.SetTag(RelayTags.Path, RelayTags.PathOf(isDirect));
            stream.SetTag(RelayTags.EndReason, RelayTags.Of(reason));
            stream.SetTag("foolscap.relay.bytes.to_tub", end.OutboundBytes);
            stream.SetTag("foolscap.relay.bytes.from_tub", end.InboundBytes);
            stream.Dispose();
        }
    }

    /// <summary>A Tub has registered.</summary>
    public static void EndRegistered(this Activity? register, bool isReplacement)
    {
        if (register is not null)
        {
            register.SetTag(RelayTags.RegistrationResult, isReplacement ? RelayTags.Replaced : RelayTags.Registered);
            register.Dispose();
        }
    }
}
