namespace Foolscap.Relay.Server.Observation;

/// <summary>
/// The tags of measurements and traces, and their values: all of them from small fixed sets, none of them a TubID or an
/// address.
/// </summary>
internal static class RelayTags
{
    public const string Name = "foolscap.relay.name";
    public const string Path = "foolscap.relay.path";
    public const string Message = "message";
    public const string Direct = "direct";

    public const string Direction = "network.io.direction";
    public const string ToTub = "to_tub";
    public const string FromTub = "from_tub";

    public const string EndReason = "foolscap.relay.end.reason";
    public const string AcceptResult = "foolscap.relay.accept.result";
    public const string RefusalReason = "foolscap.relay.refusal.reason";

    public const string RegistrationResult = "foolscap.relay.registration.result";
    public const string Registered = "registered";
    public const string Replaced = "replaced";
    public const string Refused = "refused";
    public const string Invalid = "invalid";

    /// <summary>What OpenTelemetry calls the kind of an error.</summary>
    public const string ErrorType = "error.type";

    public static string PathOf(bool isDirect) => isDirect ? Direct : Message;

    public static string Of(StreamEndReason reason) => reason switch
    {
        StreamEndReason.Completed => "completed",
        StreamEndReason.Reset => "reset",
        StreamEndReason.TubLost => "tub_lost",
        StreamEndReason.Idle => "idle",
        StreamEndReason.Denied => "denied",
        StreamEndReason.Stopped => "stopped",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "This is no reason."),
    };

    public static string Of(RelayRefusal refusal) => refusal switch
    {
        RelayRefusal.TubGone => "tub_gone",
        RelayRefusal.TubRefused => "tub_refused",
        RelayRefusal.TubAnswerInvalid => "tub_answer_invalid",
        RelayRefusal.CallerGone => "caller_gone",
        RelayRefusal.AcceptTimeout => "accept_timeout",
        RelayRefusal.UnknownToken => "unknown_token",
        RelayRefusal.ConnectionPolicy => "connection_policy",
        RelayRefusal.Draining => "draining",
        RelayRefusal.StreamLimit => "stream_limit",
        RelayRefusal.StreamLimitOfTub => "stream_limit_of_tub",
        RelayRefusal.StreamLimitOfAddress => "stream_limit_of_address",
        RelayRefusal.PendingAcceptLimit => "pending_accept_limit",
        RelayRefusal.AcceptRate => "accept_rate",
        RelayRefusal.BufferLimit => "buffer_limit",
        RelayRefusal.RegistrationPolicy => "registration_policy",
        RelayRefusal.RegistrationLimit => "registration_limit",
        RelayRefusal.RegistrationLimitOfAddress => "registration_limit_of_address",
        RelayRefusal.RegistrationRate => "registration_rate",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "This is no refusal."),
    };
}
