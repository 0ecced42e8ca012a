namespace Foolscap.Relay.Tool.Probe;

/// <summary>A step that was passed.</summary>
/// <param name="Step">Which.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Detail">What was found.</param>
internal sealed record StepResult(ProbeStep Step, TimeSpan Took, string Detail);
