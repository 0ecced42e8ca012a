using Foolscap.Furls;

namespace Foolscap.Relay.Client;

/// <summary>How it stands with one relay.</summary>
/// <param name="Relay">The relay's TubID.</param>
/// <param name="State">The state.</param>
/// <param name="Hints">
/// The relay's hints, for the Tub's FURLs: of the registration that stands, or of the last one that stood; empty before
/// the first one.
/// </param>
/// <param name="Reason">Why there is no registration, while there is none.</param>
/// <param name="RetryIn">How long the client waits, in the state <see cref="RelayState.Waiting"/>.</param>
public sealed record RelayStatus(
    TubId Relay,
    RelayState State,
    IReadOnlyList<ConnectionHint> Hints,
    string? Reason = null,
    TimeSpan RetryIn = default);
