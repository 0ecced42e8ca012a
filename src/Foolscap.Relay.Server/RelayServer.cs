using Foolscap.Furls;
using Foolscap.Relay.Server.Interception;
using Foolscap.Relay.Server.Registration;
using Foolscap.Tubs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Foolscap.Relay.Server;

/// <summary>
/// A relay: Tubs behind NAT register with it, and callers who name one of them in their request reach it through this
/// process. TLS runs between caller and Tub; the relay sees only its bytes. It never opens a connection.
/// </summary>
/// <remarks>
/// It is an interceptor of a <see cref="TubListener"/>, beside the Tubs of that listener:
/// <code>
/// var listener = new TubListener(tub).Add(new RelayServer(tub));
/// </code>
/// A host with a listener of its own hands its connections to <see cref="HandleAsync"/>. Thread-safe.
/// </remarks>
public sealed class RelayServer : IConnectionInterceptor, IAsyncDisposable
{
    private readonly Tub _tub;
    private readonly RelayLog _log;
    private readonly TubRegistry _registry;
    private readonly Registrar _registrar;
    private readonly StreamAcceptor _acceptor;
    private readonly TubListener _direct;

    /// <summary>Creates a relay.</summary>
    /// <param name="tub">
    /// The relay's own Tub, on which the Tubs behind it register. Its <see cref="Tub.Hints"/> are what they put into
    /// their FURLs. It stays the caller's to dispose.
    /// </param>
    /// <param name="options">How it behaves; the defaults if not given.</param>
    /// <param name="loggerFactory">Where it logs; nowhere if not given.</param>
    /// <param name="timeProvider">The clock; the system's if not given.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public RelayServer(Tub tub, RelayServerOptions? options = null, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(tub);
        options ??= new RelayServerOptions();
        options.Validate();
        _tub = tub;
        _log = new RelayLog((loggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Foolscap.Relay.Server"));
        _registry = new TubRegistry(_log);
        _registrar = new Registrar(tub, _registry, options);
        _acceptor = new StreamAcceptor(options, _log, timeProvider ?? TimeProvider.System);
        _direct = new TubListener(options: null, loggerFactory, timeProvider).Add(tub).Add(this);
        RegistrarName = tub.Register(_registrar, options.RegistrarName).Name;
    }

    /// <summary>The registrar's FURL, with the Tub's present hints. To hold it is the right to use this relay.</summary>
    public Furl RegistrarFurl => new(_tub.TubId, _tub.Hints, RegistrarName);

    /// <summary>What the relay has done and is doing.</summary>
    public RelayStatistics Statistics => _acceptor.GetStatistics(_registry.Count);

    private string RegistrarName { get; }

    /// <summary>Takes a connection over if its request names a registered Tub.</summary>
    /// <param name="request">The request.</param>
    /// <returns>Whether it does.</returns>
    public bool TryTake(ConnectionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!_registry.TryFind(request.TubId, out TubRegistration? registration))
        {
            return false;
        }

        _ = _acceptor.RelayAsync(request.Connection, registration);
        return true;
    }

    /// <summary>
    /// Serves a connection that a host's own listener has accepted: for a registered Tub, or for the relay's own. Bytes
    /// that the host has read already must still stand in the connection's input, examined but not consumed.
    /// </summary>
    /// <param name="connection">The connection; it belongs to the relay from now on.</param>
    /// <returns>When it has been taken over or refused. It never fails.</returns>
    public Task HandleAsync(TransportConnection connection) => _direct.HandleAsync(connection);

    /// <summary>Stops relaying: takes no registrations and no connections, and aborts those that it relays.</summary>
    /// <returns>When that is done.</returns>
    public async ValueTask DisposeAsync()
    {
        _tub.Unregister(_registrar);
        _registry.Close();
        await _acceptor.CloseAsync("the relay stops").ConfigureAwait(false);
        await _direct.DisposeAsync().ConfigureAwait(false);
    }
}
