using Foolscap.Furls;

namespace Foolscap.Relay.Tool.Probe;

/// <summary>How far a caller gets by one hint.</summary>
/// <param name="Hint">The hint.</param>
/// <param name="Steps">The steps that were passed.</param>
/// <param name="Took">How long all took.</param>
/// <param name="Failure">Where it ended, unless all were passed.</param>
internal sealed record HintResult(ConnectionHint Hint, IReadOnlyList<StepResult> Steps, TimeSpan Took, ProbeFailure? Failure);

/// <summary>Where a caller's way ended.</summary>
/// <param name="Step">The step that failed.</param>
/// <param name="Took">How long it took to fail.</param>
/// <param name="Reason">What was found there.</param>
/// <param name="Advice">What may be the cause, and what to do.</param>
internal sealed record ProbeFailure(ProbeStep Step, TimeSpan Took, string Reason, string Advice);
