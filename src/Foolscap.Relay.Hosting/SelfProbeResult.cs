namespace Foolscap.Relay.Hosting;

/// <summary>What became of a relay's attempt to connect to itself: request, TLS with its own certificate, negotiation.</summary>
/// <param name="Time">When it began.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Failure">Why it failed; <see langword="null"/> if it did not.</param>
public sealed record SelfProbeResult(DateTimeOffset Time, TimeSpan Duration, string? Failure);
