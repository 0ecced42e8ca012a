using System.Net;
using Foolscap.Furls;

namespace Foolscap.Relay.Server;

/// <summary>Something that has happened in a relay (<see cref="RelayServerOptions.OnEvent"/>).</summary>
/// <param name="Time">When, by the relay's clock, in UTC.</param>
public abstract record RelayEvent(DateTimeOffset Time);

/// <summary>A Tub has registered.</summary>
/// <param name="Time">When.</param>
/// <param name="TubId">The Tub.</param>
/// <param name="Address">Where it connects from, if that has an address.</param>
public sealed record TubRegistered(DateTimeOffset Time, TubId TubId, EndPoint? Address) : RelayEvent(Time);

/// <summary>A Tub has registered anew, and its older registration, of the same or another connection, has ended.</summary>
/// <param name="Time">When.</param>
/// <param name="TubId">The Tub.</param>
/// <param name="Address">Where the newer registration connects from, if that has an address.</param>
public sealed record TubReplaced(DateTimeOffset Time, TubId TubId, EndPoint? Address) : RelayEvent(Time);

/// <summary>A Tub is not registered any more.</summary>
/// <param name="Time">When.</param>
/// <param name="TubId">The Tub.</param>
/// <param name="Reason">Why, to be read.</param>
public sealed record TubUnregistered(DateTimeOffset Time, TubId TubId, string Reason) : RelayEvent(Time);

/// <summary>
/// A process has registered a Tub again after another process had taken its place: two clients run with one certificate, and
/// push each other out. It follows a <see cref="TubReplaced"/> or <see cref="TubRegistered"/>.
/// </summary>
/// <param name="Time">When.</param>
/// <param name="TubId">The Tub.</param>
/// <param name="Address">Where this process connects from, if that has an address.</param>
/// <param name="Rival">The other process's address, as text.</param>
public sealed record TubConflict(DateTimeOffset Time, TubId TubId, EndPoint? Address, string Rival) : RelayEvent(Time);

/// <summary>A Tub has accepted a connection, which is relayed from now on.</summary>
/// <param name="Time">When.</param>
/// <param name="TubId">The Tub.</param>
/// <param name="Peer">The caller's address, as text.</param>
/// <param name="IsDirect">Whether the Tub's client has opened a connection of its own for it.</param>
public sealed record StreamStarted(DateTimeOffset Time, TubId TubId, string Peer, bool IsDirect) : RelayEvent(Time);

/// <summary>A connection is not relayed any more. It follows the <see cref="StreamStarted"/> of the same connection.</summary>
/// <param name="Time">When.</param>
/// <param name="TubId">The Tub.</param>
/// <param name="Peer">The caller's address, as text.</param>
/// <param name="IsDirect">Whether it had a connection of its own to the Tub's client.</param>
/// <param name="Duration">How long it was relayed.</param>
/// <param name="End">How it ended, and what it has carried: what is outbound there went to the Tub.</param>
public sealed record StreamEnded(
    DateTimeOffset Time, TubId TubId, string Peer, bool IsDirect, TimeSpan Duration, StreamEnd End) : RelayEvent(Time)
{
    /// <summary>Why it has ended, roughly.</summary>
    public StreamEndReason Reason { get; init; }
}

/// <summary>A caller's connection, or a direct one of a client, was refused.</summary>
/// <param name="Time">When.</param>
/// <param name="Refusal">Why.</param>
/// <param name="TubId">The Tub that the caller has named; <see langword="null"/> where that is no TubID, or the connection is a direct one.</param>
/// <param name="Peer">The caller's address, as text.</param>
/// <param name="Message">What the caller was told.</param>
public sealed record ConnectionRefused(
    DateTimeOffset Time, RelayRefusal Refusal, TubId? TubId, string Peer, string Message) : RelayEvent(Time);

/// <summary>A Tub may not register.</summary>
/// <param name="Time">When.</param>
/// <param name="Refusal">Why.</param>
/// <param name="TubId">The Tub.</param>
/// <param name="Address">Where it connects from, if that has an address.</param>
/// <param name="Message">What it was told.</param>
public sealed record RegistrationRefused(
    DateTimeOffset Time, RelayRefusal Refusal, TubId TubId, EndPoint? Address, string Message) : RelayEvent(Time);

/// <summary>The relay stops: it takes no more registrations and connections.</summary>
/// <param name="Time">When.</param>
/// <param name="Tubs">How many Tubs are registered, and are told.</param>
/// <param name="Streams">How many connections are relayed.</param>
/// <param name="Limit">How long they may go on.</param>
public sealed record DrainStarted(DateTimeOffset Time, int Tubs, int Streams, TimeSpan Limit) : RelayEvent(Time);
