using Foolscap.Furls;

namespace Foolscap.Relay.Client;

/// <summary>How a client has fared with one relay since it started.</summary>
/// <param name="Relay">The relay's TubID.</param>
/// <param name="State">How it stands with it.</param>
/// <param name="Since">Since when, by the Tub's clock, in UTC.</param>
/// <param name="Registrations">How often the relay has taken the Tub's registration.</param>
/// <param name="FailedRegistrations">How often the relay was reached and has not taken it: it refused, was lost meanwhile, or answered too late.</param>
/// <param name="Reconnects">How often the client has begun to connect again, after a loss or an attempt that had failed.</param>
public sealed record RelayAttachmentStatistics(
    TubId Relay, RelayState State, DateTimeOffset Since, long Registrations, long FailedRegistrations, long Reconnects);
