namespace Foolscap.Relay.Benchmarks.Scale;

/// <summary>What was measured with a number of registered Tubs, or of idle streams.</summary>
/// <param name="What">Tubs or streams.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Added">How many of them came since the point before.</param>
/// <param name="Growing">How long those took to come.</param>
/// <param name="GrowingCpu">The relay's processor time meanwhile.</param>
/// <param name="RelayBytes">The relay's memory.</param>
/// <param name="ClientBytes">The client's memory.</param>
/// <param name="RelayBytesEach">What the relay's memory has grown for each, since there were none.</param>
/// <param name="ClientBytesEach">What the client's memory has grown for each.</param>
/// <param name="RoundTrip">The round trip of a byte on one more stream, p50.</param>
/// <param name="IdleCpu">The share of one processor that the relay uses when nothing happens.</param>
internal sealed record ScalePoint(
    string What,
    int Count,
    int Added,
    TimeSpan Growing,
    TimeSpan GrowingCpu,
    long RelayBytes,
    long ClientBytes,
    double RelayBytesEach,
    double ClientBytesEach,
    TimeSpan RoundTrip,
    double IdleCpu);
