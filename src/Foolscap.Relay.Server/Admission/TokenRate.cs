namespace Foolscap.Relay.Server.Admission;

/// <summary>How fast a <see cref="TokenBucket"/> fills, and how much it holds.</summary>
/// <param name="PerSecond">How many tokens come in a second.</param>
/// <param name="Burst">How many may be taken at once.</param>
internal readonly record struct TokenRate(double PerSecond, double Burst);
