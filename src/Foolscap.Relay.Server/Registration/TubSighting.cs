namespace Foolscap.Relay.Server.Registration;

/// <summary>What the registry knows of a TubID that somebody asks for.</summary>
/// <param name="Tub">The Tub; none if it is not known.</param>
/// <param name="Registration">Its registration; none if it is not registered at the moment.</param>
/// <param name="Return">Completes when it is back, or will not be waited for any more.</param>
/// <param name="HoldLeft">How long to wait for that.</param>
internal readonly record struct TubSighting(KnownTub? Tub, TubRegistration? Registration, Task? Return, TimeSpan HoldLeft);
