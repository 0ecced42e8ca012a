namespace Foolscap.Relay.Interop.Tests.Furls;

/// <summary>What <c>decode_furl</c> returned.</summary>
internal sealed record OracleVerdict(string TubId, string Name, IReadOnlyList<OracleHint> Hints);
