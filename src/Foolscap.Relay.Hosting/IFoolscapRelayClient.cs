using System.Net;
using Foolscap.Relay.Client;
using Foolscap.Tubs;

namespace Foolscap.Relay.Hosting;

/// <summary>
/// A relay client that the host runs. Injected as it is, or by its name (<c>[FromKeyedServices("name")]</c>) if it was added
/// with one. Thread-safe.
/// </summary>
public interface IFoolscapRelayClient
{
    /// <summary>
    /// How it stands with a relay has changed. The status is one of <see cref="Statuses"/> by then, unless a newer one is. Handlers
    /// must not block; what they throw is logged, and keeps it from the handlers behind them. The first ones may be raised before
    /// the host has started: read <see cref="Statuses"/> after adding a handler.
    /// </summary>
    event Action<RelayStatus>? StatusChanged;

    /// <summary>The name under which it was added; empty if it was added without.</summary>
    string Name { get; }

    /// <summary>Whether it has been started, and not been stopped.</summary>
    bool IsRunning { get; }

    /// <summary>The client itself.</summary>
    /// <exception cref="InvalidOperationException">The host has not started it yet.</exception>
    RelayClient Client { get; }

    /// <summary>
    /// The Tub that connects to the relays. Without a <see cref="RelayClientServiceOptions.Target"/> it is also the Tub that
    /// is reached: register objects on it. Its hints are then kept to what the relays say.
    /// </summary>
    /// <exception cref="InvalidOperationException">The host has not started it yet.</exception>
    Tub Tub { get; }

    /// <summary>
    /// Where the Tub listens that is reached; <see langword="null"/> if it is <see cref="Tub"/>, in this process, which listens on no
    /// port.
    /// </summary>
    /// <exception cref="InvalidOperationException">The host has not started it yet.</exception>
    EndPoint? Target { get; }

    /// <summary>The options that are in effect.</summary>
    RelayClientServiceOptions Options { get; }

    /// <summary>How it stands with each relay.</summary>
    IReadOnlyList<RelayStatus> Statuses { get; }

    /// <summary>Waits until the client runs, and the Tub is registered with one relay at least.</summary>
    /// <param name="cancellationToken">Stops the waiting, and nothing else.</param>
    /// <returns>When it is.</returns>
    /// <exception cref="RelayServiceException">It could not be started.</exception>
    /// <exception cref="ObjectDisposedException">It has been stopped.</exception>
    Task WaitUntilRegisteredAsync(CancellationToken cancellationToken = default);
}
