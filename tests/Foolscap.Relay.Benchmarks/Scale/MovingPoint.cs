using Foolscap.Relay.Benchmarks.Measuring;
using Foolscap.Relay.Benchmarks.Network;

namespace Foolscap.Relay.Benchmarks.Scale;

/// <summary>What was measured while a number of streams moved data, half of them up and half down, as fast as they could.</summary>
/// <param name="Way">How the relay carried the bytes.</param>
/// <param name="Count">How many streams.</param>
/// <param name="Throughput">What all of them together moved, and what the relay and its client needed for it.</param>
/// <param name="SmallestShare">What the slowest stream of a direction got of an equal share of that direction; 1 is fair.</param>
/// <param name="RoundTrip">The round trip of a byte on one more stream meanwhile.</param>
/// <param name="RelayBytes">The relay's memory.</param>
/// <param name="ClientBytes">The client's memory.</param>
internal sealed record MovingPoint(
    RelayWay Way, int Count, Throughput Throughput, double SmallestShare, Latency RoundTrip, long RelayBytes, long ClientBytes);
