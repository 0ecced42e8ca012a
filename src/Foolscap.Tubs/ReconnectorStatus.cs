namespace Foolscap.Tubs;

/// <summary>What a <see cref="Reconnector"/> is doing.</summary>
/// <param name="State">The state.</param>
/// <param name="Reason">Why the last attempt or connection ended, while there is none.</param>
/// <param name="RetryIn">How long it waits before it tries again, in the state <see cref="ReconnectorState.Waiting"/>.</param>
public sealed record ReconnectorStatus(ReconnectorState State, Exception? Reason = null, TimeSpan RetryIn = default);
