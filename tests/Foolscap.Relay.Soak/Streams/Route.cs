using Foolscap.Furls;

namespace Foolscap.Relay.Soak.Streams;

/// <summary>The way to one target, and what happens to it.</summary>
/// <param name="Name">For the reports.</param>
/// <param name="RelayPort">The relay's port on loopback.</param>
/// <param name="TubId">Whom to name.</param>
/// <param name="Disturbance">What happens to the client of that Tub.</param>
internal sealed record Route(string Name, int RelayPort, TubId TubId, Disturbance Disturbance);
