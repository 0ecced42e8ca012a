using Foolscap.Relay.Client.Attachment;

namespace Foolscap.Relay.Client.Observation;

/// <summary>
/// The tags of measurements and traces, and their values: all of them from small fixed sets, none of them a TubID or an
/// address.
/// </summary>
internal static class ClientTags
{
    public const string Name = "foolscap.relay.name";
    public const string State = "foolscap.relay.state";
    public const string Path = "foolscap.relay.path";
    public const string Message = "message";
    public const string Direct = "direct";

    public const string Direction = "network.io.direction";
    public const string ToTub = "to_tub";
    public const string FromTub = "from_tub";

    public const string EndReason = "foolscap.relay.end.reason";
    public const string Completed = "completed";
    public const string Reset = "reset";
    public const string RelayLost = "relay_lost";
    public const string Stopped = "stopped";

    public const string AcceptResult = "foolscap.relay.accept.result";

    public const string RegistrationResult = "foolscap.relay.registration.result";
    public const string Registered = "registered";
    public const string Failed = "failed";

    /// <summary>What OpenTelemetry calls the kind of an error.</summary>
    public const string ErrorType = "error.type";

    public static string PathOf(bool isDirect) => isDirect ? Direct : Message;

    public static string Of(AcceptRefusal refusal) => refusal switch
    {
        AcceptRefusal.Limit => "limit",
        AcceptRefusal.TargetUnreachable => "target_unreachable",
        AcceptRefusal.Stopped => "stopped",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "This is no refusal."),
    };

    public static string Of(RelayState state) => state switch
    {
        RelayState.Connecting => "connecting",
        RelayState.Registered => "registered",
        RelayState.Draining => "draining",
        RelayState.Waiting => "waiting",
        RelayState.Stopped => "stopped",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "This is no state."),
    };
}
