using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Server;
using Foolscap.Tubs;

namespace Foolscap.Relay.Hosting;

/// <summary>
/// A relay that the host runs. Injected as it is, or by its name (<c>[FromKeyedServices("name")]</c>) if it was added with one.
/// Thread-safe.
/// </summary>
public interface IFoolscapRelay
{
    /// <summary>
    /// Something has happened (<see cref="RelayServerOptions.OnEvent"/>). Handlers must not block; what they throw is logged, and
    /// keeps it from the handlers behind them.
    /// </summary>
    event Action<RelayEvent>? EventOccurred;

    /// <summary>The name under which it was added; empty if it was added without.</summary>
    string Name { get; }

    /// <summary>Whether it has been started, and not been stopped; it may be draining.</summary>
    bool IsRunning { get; }

    /// <summary>Whether the host stops, and the relay takes nothing new.</summary>
    bool IsDraining { get; }

    /// <summary>The relay itself.</summary>
    /// <exception cref="InvalidOperationException">The host has not started it yet.</exception>
    RelayServer Server { get; }

    /// <summary>The relay's own Tub, on which the Tubs behind it register.</summary>
    /// <exception cref="InvalidOperationException">The host has not started it yet.</exception>
    Tub Tub { get; }

    /// <summary>The listener, which has no port where the options name none.</summary>
    /// <exception cref="InvalidOperationException">The host has not started it yet.</exception>
    TubListener Listener { get; }

    /// <summary>The addresses on which it listens, with their ports; none where another listener hands its connections over.</summary>
    /// <exception cref="InvalidOperationException">The host has not started it yet.</exception>
    IReadOnlyList<IPEndPoint> EndPoints { get; }

    /// <summary>The registrar's FURL: a secret, for those who may register.</summary>
    /// <exception cref="InvalidOperationException">The host has not started it yet.</exception>
    Furl RegistrarFurl { get; }

    /// <summary>
    /// The options that are in effect: of a configuration that has changed only what takes effect without a restart. They are
    /// for reading: to change one here changes nothing.
    /// </summary>
    RelayServiceOptions Options { get; }

    /// <summary>How the relay last connected to itself; <see langword="null"/> before the first time.</summary>
    SelfProbeResult? LastSelfProbe { get; }

    /// <summary>Changes where others reach this relay, and the FURL in its folder with it: for ports that are known only later.</summary>
    /// <param name="hints">The hints.</param>
    /// <exception cref="InvalidOperationException">The host has not started it yet.</exception>
    /// <exception cref="IOException">The FURL's file cannot be written.</exception>
    void SetHints(IReadOnlyList<ConnectionHint> hints);

    /// <summary>Waits until the relay runs.</summary>
    /// <param name="cancellationToken">Stops the waiting, and nothing else.</param>
    /// <returns>When it runs.</returns>
    /// <exception cref="RelayServiceException">It could not be started.</exception>
    Task WaitUntilStartedAsync(CancellationToken cancellationToken = default);
}
