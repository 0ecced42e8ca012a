using Foolscap.Furls;
using Foolscap.Relay.Server.Admission;
using Foolscap.Relay.Server.Interception;
using Foolscap.Relay.Server.Observation;
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
    private readonly RelayServerOptions _options;
    private readonly CurrentLimits _limits;
    private readonly RelayEventSink _events;
    private readonly RelayMetrics _metrics;
    private readonly RelayLog _log;
    private readonly TubRegistry _registry;
    private readonly Registrar _registrar;
    private readonly PolicyRecheck _recheck;
    private readonly StreamAcceptor _acceptor;
    private readonly TubListener _handed;

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
        timeProvider ??= TimeProvider.System;
        _tub = tub;
        _options = options;
        _limits = new CurrentLimits(options.Limits);
        _log = new RelayLog((loggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Foolscap.Relay.Server"));
        PolicyQuestion policy = new(options, _log, timeProvider);
        RefusalCounters<RelayRefusal> refusals = new(timeProvider);
        _events = new RelayEventSink(options.OnEvent, _log, timeProvider);
        _metrics = new RelayMetrics(options, timeProvider);
        _registry = new TubRegistry(options, _limits, _events, _log, timeProvider);
        _registrar = new Registrar(tub, _registry, policy, refusals, options, _limits, _log);
        _recheck = new PolicyRecheck(_registry, policy, options, timeProvider);
        StreamNews news = new(_metrics, _events, refusals, _log, timeProvider);
        _acceptor = new StreamAcceptor(options, _limits, _registry, policy, refusals, news, _log, timeProvider);
        _registry.Denied += _acceptor.AbortDirect;
        _handed = new TubListener(options.HandedConnections, loggerFactory, timeProvider).Add(tub).Add(this);
        RegistrarName = tub.Register(_registrar, options.RegistrarName).Name;
        CheckOpenFiles();
        _metrics.Start(_acceptor.GetStatistics);
    }

    /// <summary>
    /// Why this process cannot have as many connections as the limits allow, and what helps; it is logged as well, when the relay
    /// is created and when its limits change. <see langword="null"/> if it can.
    /// </summary>
    public string? OpenFileProblem { get; private set; }

    /// <summary>The registrar's FURL, with the Tub's present hints. To hold it is the right to use this relay.</summary>
    public Furl RegistrarFurl => new(_tub.TubId, _tub.Hints, RegistrarName);

    /// <summary>What the relay has done and is doing.</summary>
    public RelayStatistics Statistics => _acceptor.GetStatistics();

    /// <summary>What has become of the connections that a host handed to <see cref="HandleAsync"/>.</summary>
    public TubListenerStatistics HandedConnections => _handed.Statistics;

    /// <summary>How it behaves: what it was created with, and the limits that hold now (<see cref="UpdateLimits"/>).</summary>
    public RelayServerOptions Options => _options with { Limits = _limits.Value };

    /// <summary>Whether it takes no more registrations and connections, because it is being drained or has been disposed.</summary>
    public bool IsDraining => _acceptor.IsDraining;

    private string RegistrarName { get; }

    /// <summary>How it stands with each Tub that is registered, in no order.</summary>
    /// <returns>A snapshot. It takes time in proportion to the Tubs and streams: a few milliseconds for 10,000 of each.</returns>
    public IReadOnlyList<RegisteredTub> GetTubs() => _registry.GetTubs();

    /// <summary>How it stands with each connection that is relayed, in no order.</summary>
    /// <returns>A snapshot.</returns>
    public IReadOnlyList<RelayedConnection> GetConnections() => _acceptor.GetConnections();

    /// <summary>
    /// Puts other limits in the place of those that hold, for what comes from now on. Nobody is thrown out: where there are more Tubs or
    /// connections than the new limits allow, they stay, and nobody else is let in until there are fewer.
    /// </summary>
    /// <remarks>
    /// <see cref="RelayLimits.StreamIdleTimeout"/> takes effect for the streams that are there, too. So do
    /// <see cref="RelayLimits.BytesPerSecond"/> and <see cref="RelayLimits.BytesPerSecondPerTub"/>, except for a stream that began
    /// while neither of them was set: it stays without a rate.
    /// </remarks>
    /// <param name="limits">All limits; <c>relay.Options.Limits with { ... }</c> changes some.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range; nothing has changed then.</exception>
    public void UpdateLimits(RelayLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _limits.Set(limits);
        CheckOpenFiles();
    }

    /// <summary>Takes a connection over if its request names a Tub that is registered, or was a moment ago.</summary>
    /// <param name="request">The request.</param>
    /// <returns>Whether it does.</returns>
    public bool TryTake(ConnectionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!_acceptor.Knows(request.TubId))
        {
            return false;
        }

        _ = _acceptor.RelayAsync(request.Connection, request.TubId);
        return true;
    }

    /// <summary>Takes a connection over if it is a direct one of a registered Tub's client: its request names a token.</summary>
    /// <param name="request">The request.</param>
    /// <returns>Whether it does; also if the token is a bad one, which the relay answers then.</returns>
    public bool TryTake(PathRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Path.StartsWith(RelayProtocol.DirectPath, StringComparison.Ordinal)
            && _acceptor.TryTakeDirect(request.Connection, request.Path[RelayProtocol.DirectPath.Length..]);
    }

    /// <summary>
    /// Serves a connection that a host's own listener has accepted: for a registered Tub, or for the relay's own. Bytes
    /// that the host has read already must still stand in the connection's input, examined but not consumed.
    /// </summary>
    /// <param name="connection">The connection; it belongs to the relay from now on.</param>
    /// <returns>When it has been taken over or refused. It never fails.</returns>
    public Task HandleAsync(TransportConnection connection) => _handed.HandleAsync(connection);

    /// <summary>
    /// Prepares the end: registrations and connections are refused from now on with a reason that says so, the registered
    /// Tubs are told, and what is relayed may go on for a while.
    /// </summary>
    /// <param name="limit">How long it may go on.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>When nothing is relayed any more, or the time is up: whether all streams have come to their own end.</returns>
    public async Task<bool> DrainAsync(TimeSpan limit, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, TimeSpan.Zero);
        Task<bool> draining = _acceptor.DrainAsync(limit, cancellationToken);
        _registry.BeginDrain();

        // Only now that nobody can register between the two, and not be told.
        IReadOnlyList<TubRegistration> registrations = _registry.Registrations;
        int streams = Statistics.ActiveStreams;
        _log.DrainStarted(registrations.Count, streams, limit);
        if (_events.IsEnabled)
        {
            _events.Raise(new DrainStarted(_events.Now, registrations.Count, streams, limit));
        }

        foreach (TubRegistration registration in registrations)
        {
            registration.TellDraining(limit);
        }

        return await draining.ConfigureAwait(false);
    }

    /// <summary>
    /// Stops relaying: takes no registrations and no connections, and aborts those that it relays. The registered Tubs are told;
    /// their connections are the host's Tub's, and stay.
    /// </summary>
    /// <returns>When that is done.</returns>
    public async ValueTask DisposeAsync()
    {
        _tub.Unregister(_registrar);
        _acceptor.Stop();
        foreach (TubRegistration registration in _registry.Registrations)
        {
            registration.TellDraining(TimeSpan.Zero); // The connection is the host's Tub's, and may live on.
        }

        _registry.Close();
        await _recheck.DisposeAsync().ConfigureAwait(false);
        await _acceptor.CloseAsync("the relay stops").ConfigureAwait(false);
        await _handed.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
    }

    private void CheckOpenFiles()
    {
        OpenFileProblem = OpenFileLimit.FindProblem(Options.MostSockets);
        if (OpenFileProblem is not null)
        {
            _log.TooFewFiles(OpenFileProblem);
        }
    }
}
