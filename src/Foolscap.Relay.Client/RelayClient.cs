using System.Net;
using System.Net.NetworkInformation;
using Foolscap.Furls;
using Foolscap.Relay.Client.Attachment;
using Foolscap.Relay.Client.Observation;
using Foolscap.Tubs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Foolscap.Relay.Client;

/// <summary>
/// Makes a Tub reachable through one or several relays: registers it, stays registered until it is disposed, and bridges
/// each relayed connection to the Tub's own port, or to its listener in this process.
/// </summary>
/// <remarks>
/// The Tub that connects to the relays must have the certificate of the Tub that is to be reached; it may be that Tub
/// itself. Two Tubs with one certificate must not both connect to a relay: they would take the connection from each
/// other. Thread-safe.
/// </remarks>
public sealed class RelayClient : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly RelayAttachment[] _attachments;
    private readonly DirectStreams _direct = new();
    private readonly RelayClientMetrics _metrics;
    private readonly StreamNews _news;
    private readonly RelayClientLog _log;
    private readonly Action<RelayStatus>? _onStatus;
    private TaskCompletionSource _changed = NewSignal();

    private RelayClient(
        Tub tub, IReadOnlyList<Furl> registrars, TargetBridge bridge, RelayClientOptions options, RelayClientLog log, Action<RelayStatus>? onStatus)
    {
        _log = log;
        _onStatus = onStatus;
        _metrics = new RelayClientMetrics(options, tub.TimeProvider);
        _news = new StreamNews(_metrics);
        StreamAllowance allowance = new(options);
        _attachments = [.. registrars.Select(registrar => new RelayAttachment(tub, registrar, bridge, allowance, _direct, _news, options, log, OnStatus))];
        _metrics.Start(() => Statistics);
    }

    /// <summary>How it stands with each relay, in the order in which they were given.</summary>
    public IReadOnlyList<RelayStatus> Statuses => [.. _attachments.Select(attachment => attachment.Status)];

    /// <summary>What the client has done and is doing.</summary>
    public RelayClientStatistics Statistics
    {
        get
        {
            StreamTotals totals = _news.Traffic.Totals;
            return new RelayClientStatistics(
                totals.Active,
                totals.ActiveDirect,
                totals.Total,
                totals.TotalDirect,
                totals.InboundBytes,
                totals.OutboundBytes,
                _news.Refusals,
                [.. _attachments.Select(attachment => attachment.Statistics)]);
        }
    }

    /// <summary>
    /// The hints of all relays that the Tub is, or was last, registered with: what belongs into its FURLs
    /// (<see cref="Tub.Hints"/>, <see cref="Furl.WithRelayHints"/>).
    /// </summary>
    public IReadOnlyList<ConnectionHint> Hints => [.. _attachments.SelectMany(attachment => attachment.Status.Hints).Distinct()];

    /// <summary>Starts a client whose Tub listens on a TCP port, most often on loopback.</summary>
    /// <param name="tub">The Tub that connects to the relays; it stays the caller's to dispose.</param>
    /// <param name="registrars">The relays' registrar FURLs.</param>
    /// <param name="target">Where the Tub that is to be reached listens.</param>
    /// <param name="options">How it behaves; the defaults if not given.</param>
    /// <param name="onStatus">Hears of each change of a relay's status. It must not block.</param>
    /// <param name="loggerFactory">Where it logs; nowhere if not given.</param>
    /// <returns>The client, which works until it is disposed. A relay that is not there is no error.</returns>
    /// <exception cref="ArgumentException">There is no registrar, or two of one relay, or the Tub's own, or an option is out of its range.</exception>
    public static RelayClient Start(
        Tub tub,
        IReadOnlyList<Furl> registrars,
        EndPoint target,
        RelayClientOptions? options = null,
        Action<RelayStatus>? onStatus = null,
        ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        return Start(
            tub,
            registrars,
            (_, cancellationToken) => TransportConnection.ConnectTcpAsync(target, cancellationToken),
            options,
            onStatus,
            loggerFactory);
    }

    /// <summary>
    /// Starts a client whose Tub is in this process: its connections go straight to the Tub's listener, which need not listen
    /// on any port for that. The Tub sees each caller's address as the relay tells it (<see cref="ForwardedEndPoint"/>).
    /// </summary>
    /// <param name="tub">The Tub that connects to the relays; it stays the caller's to dispose.</param>
    /// <param name="registrars">The relays' registrar FURLs.</param>
    /// <param name="target">The listener that serves the Tub that is to be reached; it stays the caller's to dispose.</param>
    /// <param name="options">How it behaves; the defaults if not given.</param>
    /// <param name="onStatus">Hears of each change of a relay's status. It must not block.</param>
    /// <param name="loggerFactory">Where it logs; nowhere if not given.</param>
    /// <returns>The client, which works until it is disposed. A relay that is not there is no error.</returns>
    /// <exception cref="ArgumentException">There is no registrar, or two of one relay, or the Tub's own, or an option is out of its range.</exception>
    public static RelayClient Start(
        Tub tub,
        IReadOnlyList<Furl> registrars,
        TubListener target,
        RelayClientOptions? options = null,
        Action<RelayStatus>? onStatus = null,
        ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        return Start(tub, registrars, (peer, _) => Task.FromResult(Connect(target, peer)), options, onStatus, loggerFactory);
    }

    /// <summary>Starts a client that opens the connections to the Tub in a way of your own.</summary>
    /// <param name="tub">The Tub that connects to the relays; it stays the caller's to dispose.</param>
    /// <param name="registrars">The relays' registrar FURLs.</param>
    /// <param name="connectToTarget">Opens one connection to the Tub that is to be reached.</param>
    /// <param name="options">How it behaves; the defaults if not given.</param>
    /// <param name="onStatus">Hears of each change of a relay's status. It must not block.</param>
    /// <param name="loggerFactory">Where it logs; nowhere if not given.</param>
    /// <returns>The client, which works until it is disposed. A relay that is not there is no error.</returns>
    /// <exception cref="ArgumentException">There is no registrar, or two of one relay, or the Tub's own, or an option is out of its range.</exception>
    public static RelayClient Start(
        Tub tub,
        IReadOnlyList<Furl> registrars,
        Func<CancellationToken, Task<TransportConnection>> connectToTarget,
        RelayClientOptions? options = null,
        Action<RelayStatus>? onStatus = null,
        ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(connectToTarget);
        return Start(tub, registrars, (_, cancellationToken) => connectToTarget(cancellationToken), options, onStatus, loggerFactory);
    }

    /// <summary>Waits until the Tub is registered with all relays.</summary>
    /// <param name="cancellationToken">Stops the waiting, and nothing else.</param>
    /// <returns>When it is.</returns>
    /// <exception cref="ObjectDisposedException">The client, or its Tub, is disposed before that.</exception>
    public Task WaitUntilRegisteredAsync(CancellationToken cancellationToken = default) =>
        WaitUntilRegisteredAsync(_attachments.Length, cancellationToken);

    /// <summary>Waits until the Tub is registered with so many relays, whichever they are.</summary>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Stops the waiting, and nothing else.</param>
    /// <returns>When it is.</returns>
    /// <exception cref="ObjectDisposedException">The client, or its Tub, is disposed before that.</exception>
    public async Task WaitUntilRegisteredAsync(int count, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _attachments.Length);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
            }

            IReadOnlyList<RelayStatus> statuses = Statuses;
            ObjectDisposedException.ThrowIf(statuses.Any(status => status.State == RelayState.Stopped), this);
            if (statuses.Count(status => status.State == RelayState.Registered) >= count)
            {
                return;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the registrations back, and aborts what is relayed.</summary>
    /// <returns>When that is done. The Tub's connections to the relays stay.</returns>
    public async ValueTask DisposeAsync()
    {
        NetworkChange.NetworkAddressChanged -= OnNetworkAddressChanged;
        await Task.WhenAll(_attachments.Select(attachment => attachment.DisposeAsync().AsTask())).ConfigureAwait(false);
        await _direct.StopAsync().ConfigureAwait(false);
        _metrics.Dispose();
    }

    /// <summary>The machine's addresses have changed.</summary>
    internal void OnNetworkAddressChanged(object? sender, EventArgs e)
    {
        _log.NetworkChanged();
        foreach (RelayAttachment attachment in _attachments)
        {
            attachment.OnNetworkChanged();
        }
    }

    private static RelayClient Start(
        Tub tub,
        IReadOnlyList<Furl> registrars,
        Func<string, CancellationToken, Task<TransportConnection>> connectToTarget,
        RelayClientOptions? options,
        Action<RelayStatus>? onStatus,
        ILoggerFactory? loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(tub);
        ArgumentNullException.ThrowIfNull(registrars);
        options ??= new RelayClientOptions();
        options.Validate();
        if (registrars.Count == 0 || registrars.Any(registrar => registrar is null) || registrars.Select(registrar => registrar.TubId).Distinct().Count() != registrars.Count)
        {
            throw new ArgumentException("There must be one registrar FURL for each relay, and at least one.", nameof(registrars));
        }

        if (registrars.Any(registrar => registrar.TubId == tub.TubId))
        {
            throw new ArgumentException("A Tub cannot register with itself.", nameof(registrars));
        }

        RelayClientLog log = new((loggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Foolscap.Relay.Client"));
        RelayClient client = new(tub, registrars, new TargetBridge(connectToTarget, options), options, log, onStatus);
        foreach (RelayAttachment attachment in client._attachments)
        {
            attachment.Start();
        }

        if (options.WatchNetwork)
        {
            NetworkChange.NetworkAddressChanged += client.OnNetworkAddressChanged;
        }

        return client;
    }

    /// <exception cref="IOException">The listener is disposed; the message is for the caller at the far end.</exception>
    private static TransportConnection Connect(TubListener target, string peer)
    {
        try
        {
            return target.Connect(new ForwardedEndPoint(peer));
        }
        catch (ObjectDisposedException)
        {
            throw new IOException("its listener is closed");
        }
    }

    private void OnStatus(RelayStatus status)
    {
        try
        {
            // Before those who wait: what the program does with the news, such as new hints, is done when they go on.
            _onStatus?.Invoke(status);
        }
        catch (Exception exception)
        {
            _log.StatusCallbackFailed(exception); // The program's mistake, which must not end a registration.
        }

        TaskCompletionSource changed;
        lock (_gate)
        {
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
