using Foolscap.Furls;

namespace Foolscap.Relay.Tool.Probe;

/// <summary>What a probe looks for.</summary>
/// <param name="TubId">The Tub.</param>
/// <param name="Hints">Where.</param>
/// <param name="Name">The object's name, a secret; null if the Tub itself will do.</param>
internal sealed record ProbeTarget(TubId TubId, IReadOnlyList<ConnectionHint> Hints, string? Name)
{
    /// <summary>It in words, without its secret.</summary>
    public override string ToString() => $"pb://{TubId}@{string.Join(',', Hints)}/{(Name is null ? "" : "(hidden)")}";
}
