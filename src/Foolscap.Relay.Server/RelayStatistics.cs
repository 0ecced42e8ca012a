namespace Foolscap.Relay.Server;

/// <summary>What a relay has done since it started, and what it is doing.</summary>
/// <param name="RegisteredTubs">Tubs that are registered now.</param>
/// <param name="ActiveStreams">Connections that are relayed now.</param>
/// <param name="HeldConnections">Callers who are held now until their Tub is back.</param>
/// <param name="TotalStreams">Connections that Tubs have accepted.</param>
/// <param name="BytesToTubs">Bytes of callers, passed on to Tubs.</param>
/// <param name="BytesFromTubs">Bytes of Tubs, taken for callers.</param>
/// <param name="ReservedBytes">Bytes that the streams may hold at the moment, of <see cref="RelayLimits.MaxBufferedBytes"/>.</param>
/// <param name="RegistrationConflicts">
/// How often a process registered a TubID anew after another process had taken it: two clients run with one certificate.
/// </param>
/// <param name="Refusals">How many connections and registrations were refused, by reason.</param>
public sealed record RelayStatistics(
    int RegisteredTubs,
    int ActiveStreams,
    int HeldConnections,
    long TotalStreams,
    long BytesToTubs,
    long BytesFromTubs,
    long ReservedBytes,
    long RegistrationConflicts,
    IReadOnlyDictionary<RelayRefusal, long> Refusals)
{
    /// <summary>How many of <see cref="ActiveStreams"/> have a direct connection.</summary>
    public int ActiveDirectStreams { get; init; }

    /// <summary>How many of <see cref="TotalStreams"/> had a direct connection.</summary>
    public long TotalDirectStreams { get; init; }

    /// <summary>How many bytes the streams may hold at most: <see cref="RelayLimits.MaxBufferedBytes"/>.</summary>
    public long BufferLimit { get; init; }

    /// <summary>How often Tubs have registered.</summary>
    public long TotalRegistrations { get; init; }

    /// <summary>How many of <see cref="TotalRegistrations"/> took the place of an older registration that stood.</summary>
    public long TotalReplacements { get; init; }

    /// <summary>How many requests to register were refused.</summary>
    public long RefusedRegistrations { get; init; }

    /// <summary>How many connections and registrations were refused, for whatever reason.</summary>
    public long TotalRefusals => Refusals.Values.Sum();
}
