namespace Foolscap.Tubs;

/// <summary>What a <see cref="TubListener"/> has done since it started, and what it is doing.</summary>
/// <param name="HalfOpenConnections">Connections that wait for their request, or negotiate, now.</param>
/// <param name="Connections">Connections of its Tubs that came through it and live now.</param>
/// <param name="Refusals">How many connections were not served, by reason.</param>
public sealed record TubListenerStatistics(
    int HalfOpenConnections, int Connections, IReadOnlyDictionary<ListenerRefusal, long> Refusals);
