using Foolscap.Relay.Benchmarks.Network;

namespace Foolscap.Relay.Benchmarks.EndToEnd;

/// <summary>What the command line says.</summary>
/// <param name="Seconds">How long each figure is measured in each round.</param>
/// <param name="Rounds">How often; the table shows medians.</param>
/// <param name="Ways">How the relay is to carry the bytes.</param>
/// <param name="Delays">The round trips between relay and client, in milliseconds.</param>
/// <param name="IdleStreams">How many idle streams are weighed.</param>
/// <param name="IdleTubs">How many idle Tubs are weighed.</param>
/// <param name="JsonFile">Where the figures go besides, if anywhere.</param>
internal sealed record EndToEndOptions(
    double Seconds, int Rounds, IReadOnlyList<RelayWay> Ways, IReadOnlyList<int> Delays, int IdleStreams, int IdleTubs, string? JsonFile)
{
    public TimeSpan Duration => TimeSpan.FromSeconds(Seconds);
}
