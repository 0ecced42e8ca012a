using System.Diagnostics;
using System.Net.Security;

namespace Foolscap.Tubs.Negotiation;

/// <summary>
/// The trace of one attempt to connect to a Tub: an activity for each hint, with an event for each step that was passed. It
/// costs nothing while nobody listens, and carries neither a TubID nor an address.
/// </summary>
internal static class ConnectTrace
{
    private static readonly ActivitySource Source = new("Foolscap.Tubs");

    /// <summary>The trace of the attempt that runs here; an activity of the program's own is none of ours.</summary>
    public static Activity? Current => Activity.Current is { } activity && activity.Source == Source ? activity : null;

    /// <summary>Begins the trace of an attempt.</summary>
    /// <returns>The activity, to be disposed when the attempt has ended; none if nobody listens.</returns>
    public static Activity? Start() => Source.StartActivity("connect", ActivityKind.Client);

    /// <summary>The transport is connected, and the request goes out.</summary>
    public static void Connected(Activity? trace) => trace?.AddEvent(new ActivityEvent("transport.connected"));

    /// <summary>The other end has answered the request: TLS can begin.</summary>
    public static void Answered(Activity? trace) => trace?.AddEvent(new ActivityEvent("request.answered"));

    /// <summary>The other end has proven that it is the Tub.</summary>
    public static void Encrypted(Activity? trace, SslStream stream) =>
        trace?.SetTag("tls.protocol.version", stream.SslProtocol.ToString()).AddEvent(new ActivityEvent("tls.established"));

    /// <summary>The Tub's hello is there, and is one that this side can talk to.</summary>
    public static void Greeted(Activity? trace) => trace?.AddEvent(new ActivityEvent("hello.received"));

    /// <summary>The connection is decided: calls can begin.</summary>
    public static void Decided(Activity? trace) => trace?.AddEvent(new ActivityEvent("connection.decided"));

    /// <summary>The attempt has failed, in the first step that has no event.</summary>
    public static void Fail(Activity? trace, Exception exception) =>
        trace?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", exception.GetType().FullName);
}
