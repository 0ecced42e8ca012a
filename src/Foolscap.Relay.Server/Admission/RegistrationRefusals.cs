namespace Foolscap.Relay.Server.Admission;

/// <summary>Builds the errors that a Tub reads which may not register.</summary>
internal static class RegistrationRefusals
{
    public static RefusedRegistrationException ToException(this RelayRefusal refusal, string? detail = null) => new(refusal, refusal switch
    {
        RelayRefusal.RegistrationLimit => "this relay has as many Tubs as it takes, try again later",
        RelayRefusal.RegistrationLimitOfAddress => "this relay has as many Tubs from this address as it takes",
        RelayRefusal.RegistrationRate => "this Tub registers too often, try again in a minute",
        RelayRefusal.RegistrationPolicy => $"this Tub may not register: {detail}",
        RelayRefusal.Draining => "this relay is being shut down",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "This is no refusal of a registration."),
    });
}
