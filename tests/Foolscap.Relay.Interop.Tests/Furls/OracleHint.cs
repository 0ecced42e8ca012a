namespace Foolscap.Relay.Interop.Tests.Furls;

/// <summary>
/// A hint after <c>convert_legacy_hint</c>, and where <c>DefaultTCP</c> would connect to: null if it refuses the hint,
/// and a port of any size in decimal digits otherwise.
/// </summary>
internal sealed record OracleHint(string Text, string? Host, string? Port);
