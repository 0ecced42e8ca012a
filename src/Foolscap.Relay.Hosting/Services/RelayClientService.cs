using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Cryptography;
using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.Relay.Hosting.Configuration;
using Foolscap.Tubs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Foolscap.Relay.Hosting.Services;

/// <summary>Keeps a Tub reachable through relays as long as its host runs.</summary>
internal sealed class RelayClientService : IFoolscapRelayClient, IHostedService, IAsyncDisposable, IDisposable
{
    private const string StoppedBefore = "The host has stopped before it started the relay client.";

    private readonly Lock _gate = new();
    private readonly IServiceProvider _services;
    private readonly IOptionsMonitor<RelayClientServiceOptions> _monitor;
    private readonly ILoggerFactory _loggerFactory;
    private readonly HostingLog _log;
    private readonly string _path;
    private readonly string _baseFolder;
    private readonly ITelemetryFlush[] _telemetry;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RunningClient? _running;
    private RelayClientServiceOptions? _options;
    private IDisposable? _reload;
    private Task? _stopped;

    public RelayClientService(IServiceProvider services, string name)
    {
        Name = name;
        _services = services;
        _monitor = services.GetRequiredService<IOptionsMonitor<RelayClientServiceOptions>>();
        _loggerFactory = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        _log = HostingLog.Of(_loggerFactory);
        _path = SectionBinding<RelayClientServiceOptions>.PathOf(services.GetServices<SectionBinding<RelayClientServiceOptions>>(), name);
        _baseFolder = services.GetService<IHostEnvironment>()?.ContentRootPath ?? Environment.CurrentDirectory;
        _telemetry = [.. services.GetServices<ITelemetryFlush>()];
    }

    public event Action<RelayStatus>? StatusChanged;

    public string Name { get; }

    public bool IsRunning => _running is not null && _stopped is null;

    public RelayClient Client => Running.Client;

    public Tub Tub => Running.Tub;

    public EndPoint? Target => Running.Target;

    public RelayClientServiceOptions Options => Volatile.Read(ref _options) ?? _monitor.Get(Name);

    public IReadOnlyList<RelayStatus> Statuses => Volatile.Read(ref _running)?.Client.Statuses ?? [];

    private RunningClient Running => Volatile.Read(ref _running)
        ?? throw new InvalidOperationException("The relay client does not run yet: it is started with its host.");

    public async Task WaitUntilRegisteredAsync(CancellationToken cancellationToken)
    {
        await _started.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        await Client.WaitUntilRegisteredAsync(1, cancellationToken).ConfigureAwait(false);
        Running.Hints.UpdateHints(); // The client tells those who wait before it calls back.
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _running) is not null)
        {
            throw new InvalidOperationException("The relay client has been started already, which its host does once.");
        }

        try
        {
            RelayClientServiceOptions options = _monitor.Get(Name);
            RunningClient running = await CreateAsync(options).ConfigureAwait(false);
            if (!TryRun(running, options))
            {
                await RunningClient.DisposeAsync(running.Client, running.Listener, running.Tub).ConfigureAwait(false);
                throw new RelayServiceException(StoppedBefore);
            }

            _started.TrySetResult();
        }
        catch (Exception exception)
        {
            _started.TrySetException(exception);
            _ = _started.Task.Exception; // Nobody needs to have waited.
            throw;
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => StopOnceAsync(cancellationToken);

    public async ValueTask DisposeAsync() => await StopOnceAsync(CancellationToken.None).ConfigureAwait(false);

    /// <summary>Begins the end and does not wait for it: whoever disposes a container in this way has no time.</summary>
    public void Dispose() => _ = StopOnceAsync(CancellationToken.None);

    /// <summary>Lets a client run, unless the host has been told to stop meanwhile: nobody would stop it any more.</summary>
    private bool TryRun(RunningClient running, RelayClientServiceOptions options)
    {
        lock (_gate)
        {
            if (_stopped is not null)
            {
                return false;
            }

            _options = options;
            Volatile.Write(ref _running, running);
            _reload = _monitor.OnChange(OnChanged);
            return true;
        }
    }

    private async Task<RunningClient> CreateAsync(RelayClientServiceOptions options)
    {
        Tub tub = new(LoadCertificate(options), options.Tub.ToTubOptions(TubLimits.Default), _loggerFactory);
        EndPoint? target = options.Target is string text ? EndPoints.TryParse(text) : null;
        TubListener? listener = target is null ? new TubListener(options: null, _loggerFactory).Add(tub) : null;
        try
        {
            foreach (Action<Tub, IServiceProvider> configure in _services.GetKeyedServices<Action<Tub, IServiceProvider>>(Name))
            {
                configure(tub, _services);
            }

            List<Furl> relays = [.. options.Relays.Select(furl => Furl.Parse(furl))];
            RelayClientOptions clientOptions = CreateClientOptions(options);
            TubHints hints = new(tub, ownsHints: listener is not null);
            RelayClient client = listener is not null
                ? RelayClient.Start(tub, relays, listener, clientOptions, OnStatus, _loggerFactory)
                : RelayClient.Start(tub, relays, target!, clientOptions, OnStatus, _loggerFactory);
            hints.Use(client);
            return new RunningClient(tub, listener, client, target, hints);

            void OnStatus(RelayStatus status)
            {
                hints.OnStatus(status);
                StatusChanged?.Invoke(status);
            }
        }
        catch
        {
            await RunningClient.DisposeAsync(client: null, listener, tub).ConfigureAwait(false);
            throw;
        }
    }

    private RelayClientOptions CreateClientOptions(RelayClientServiceOptions options)
    {
        RelayClientOptions result = options.ToClientOptions() with
        {
            MeterFactory = _services.GetService<IMeterFactory>(),
            MeterName = Name.Length > 0 ? Name : null,
        };
        foreach (Func<RelayClientOptions, IServiceProvider, RelayClientOptions> configure in
            _services.GetKeyedServices<Func<RelayClientOptions, IServiceProvider, RelayClientOptions>>(Name))
        {
            result = configure(result, _services);
        }

        return result;
    }

    private TubCertificate LoadCertificate(RelayClientServiceOptions options)
    {
        string path = Path.GetFullPath(options.TubPem, _baseFolder);
        try
        {
            return options.Target is null ? TubCertificate.LoadOrCreate(path) : TubCertificate.Load(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            string key = Schema<RelayClientServiceOptions>.Join(_path, nameof(options.TubPem));
            throw new RelayServiceException($"{path} ({key}) cannot be used: {exception.Message}", exception);
        }
    }

    private void OnChanged(RelayClientServiceOptions changed, string? name)
    {
        if (name != Name)
        {
            return;
        }

        lock (_gate)
        {
            RelayClientServiceOptions old = Options;
            foreach (Setting<RelayClientServiceOptions> setting in ClientSchema.Instance.Settings.Where(setting => setting.Format(old) != setting.Format(changed)))
            {
                _log.NeedsRestart(Schema<RelayClientServiceOptions>.Join(_path, setting.Name));
            }
        }
    }

    private Task StopOnceAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _started.TrySetException(new RelayServiceException(StoppedBefore));
            _ = _started.Task.Exception; // Nobody needs to have waited.
            return _stopped ??= _running is RunningClient running ? StopAsync(running, cancellationToken) : Task.CompletedTask;
        }
    }

    private async Task StopAsync(RunningClient running, CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // Out of the lock.
        _reload?.Dispose();
        await ITelemetryFlush.FlushAllAsync(_telemetry, cancellationToken).ConfigureAwait(false);
        bool wasRegistered = running.Client.Statuses.Any(relay => relay.State == RelayState.Registered);
        await RunningClient.DisposeAsync(running.Client, running.Listener, running.Tub).ConfigureAwait(false);
        string tub = running.Tub.TubId.ToString();
        if (wasRegistered)
        {
            _log.ClientStopped(tub);
        }
        else
        {
            _log.ClientStoppedUnregistered(tub);
        }
    }

    /// <summary>The parts of a client between its start and its end.</summary>
    private sealed record RunningClient(Tub Tub, TubListener? Listener, RelayClient Client, EndPoint? Target, TubHints Hints)
    {
        /// <summary>The registrations end first, so that callers are not sent to a Tub that does not answer any more.</summary>
        public static async Task DisposeAsync(RelayClient? client, TubListener? listener, Tub tub)
        {
            if (client is not null)
            {
                await client.DisposeAsync().ConfigureAwait(false);
            }

            if (listener is not null)
            {
                await listener.DisposeAsync().ConfigureAwait(false);
            }

            await tub.DisposeAsync().ConfigureAwait(false);
        }
    }
}
