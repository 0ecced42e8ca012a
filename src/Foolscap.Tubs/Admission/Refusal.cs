using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Negotiation;

namespace Foolscap.Tubs.Admission;

/// <summary>What a listener answers to a connection that it does not serve.</summary>
/// <param name="Reason">For the counters.</param>
/// <param name="Status">The status of the answer.</param>
/// <param name="Message">For the application at the other end to read.</param>
internal sealed record Refusal(ListenerRefusal Reason, int Status, string Message)
{
    /// <summary>For the log: in the midst of TLS nothing can be answered.</summary>
    public const string GaveWayNegotiating = "too many connections are being set up, and this one had negotiated for long";

    /// <summary>The request is none that can be served.</summary>
    public static Refusal Of(RefusedRequestException refusal) => new(ListenerRefusal.BadRequest, refusal.Status, refusal.Message);

    /// <summary>A limit is reached.</summary>
    public static Refusal Of(ListenerRefusal limit) => new(limit, 503, limit switch
    {
        ListenerRefusal.GaveWay => "too many connections are being set up, and this one had not sent its request yet",
        ListenerRefusal.HalfOpenLimit => "too many connections are being set up, try again later",
        ListenerRefusal.HalfOpenLimitOfAddress => "too many connections from this address are being set up, try again later",
        ListenerRefusal.ConnectionLimit => "this Tub has as many connections as it takes, try again later",
        ListenerRefusal.ConnectionLimitOfAddress => "this Tub has as many connections from this address as it takes",
        _ => throw new ArgumentOutOfRangeException(nameof(limit), limit, "This is no limit."),
    });

    public static Refusal UnknownTub(string name) => new(ListenerRefusal.UnknownTub, 404, $"unknown TubID {Excerpt.Of(name)}");

    public static Refusal RequestTimeout(TimeSpan limit) =>
        new(ListenerRefusal.RequestTimeout, 408, $"no complete request within {limit.TotalSeconds:0.###} s");
}
