using Foolscap.Relay.Benchmarks.Measuring;

namespace Foolscap.Relay.Benchmarks.Scale;

/// <summary>How a number of Tubs came back to a relay that was killed and started again.</summary>
/// <param name="Count">How many.</param>
/// <param name="Tubs">How long they waited, since the relay listened again, and what failed.</param>
/// <param name="RelayCpu">The relay's processor time until all were back.</param>
internal sealed record RestartPoint(int Count, ReturnFigures Tubs, TimeSpan RelayCpu);
