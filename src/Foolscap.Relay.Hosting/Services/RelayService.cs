using System.Diagnostics.Metrics;
using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Hosting.Configuration;
using Foolscap.Relay.Server;
using Foolscap.Tubs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Foolscap.Relay.Hosting.Services;

/// <summary>Runs a relay as long as its host runs.</summary>
/// <remarks>
/// It drains before any service of the host is stopped: a web server that hands connections over is stopped with the others,
/// and would cut them.
/// </remarks>
internal sealed class RelayService : IFoolscapRelay, IHostedLifecycleService, IAsyncDisposable, IDisposable
{
    private const string StoppedBefore = "The host has stopped before it started the relay.";
    private const string LimitsGroup = $"{nameof(RelayServiceOptions.Limits)}:";

    private static readonly StringComparison PathComparison =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    private readonly Lock _gate = new();
    private readonly IServiceProvider _services;
    private readonly IOptionsMonitor<RelayServiceOptions> _monitor;
    private readonly ILoggerFactory _loggerFactory;
    private readonly TimeProvider _timeProvider;
    private readonly HostingLog _log;
    private readonly string _path;
    private readonly string _baseFolder;
    private readonly ITelemetryFlush[] _telemetry;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private RunningRelay? _running;
    private RelayServiceOptions? _options;
    private SelfProbeResult? _lastSelfProbe;
    private IDisposable? _reload;
    private Task _probing = Task.CompletedTask;
    private Task? _stopped;
    private volatile bool _isDraining;

    public RelayService(IServiceProvider services, string name)
    {
        Name = name;
        _services = services;
        _monitor = services.GetRequiredService<IOptionsMonitor<RelayServiceOptions>>();
        _loggerFactory = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        _timeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System;
        _log = HostingLog.Of(_loggerFactory);
        _path = SectionBinding<RelayServiceOptions>.PathOf(services.GetServices<SectionBinding<RelayServiceOptions>>(), name);
        _baseFolder = services.GetService<IHostEnvironment>()?.ContentRootPath ?? Environment.CurrentDirectory;
        _telemetry = [.. services.GetServices<ITelemetryFlush>()];
    }

    public event Action<RelayEvent>? EventOccurred;

    public string Name { get; }

    public bool IsRunning => _running is not null && !_stopping.IsCancellationRequested;

    public bool IsDraining => _isDraining;

    public RelayServer Server => Running.Server;

    public Tub Tub => Running.Tub;

    public TubListener Listener => Running.Listener;

    public IReadOnlyList<IPEndPoint> EndPoints => Running.EndPoints;

    public Furl RegistrarFurl => Running.Server.RegistrarFurl;

    public RelayServiceOptions Options => Volatile.Read(ref _options) ?? _monitor.Get(Name);

    public SelfProbeResult? LastSelfProbe => Volatile.Read(ref _lastSelfProbe);

    private RunningRelay Running => Volatile.Read(ref _running)
        ?? throw new InvalidOperationException("The relay does not run yet: it is started with its host.");

    public void SetHints(IReadOnlyList<ConnectionHint> hints) => Running.SetHints(hints);

    public Task WaitUntilStartedAsync(CancellationToken cancellationToken) => _started.Task.WaitAsync(cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _running) is not null)
        {
            throw new InvalidOperationException("The relay has been started already, which its host does once.");
        }

        try
        {
            RelayServiceOptions options = _monitor.Get(Name);
            RunningRelay running = await CreateAsync(options).ConfigureAwait(false);
            if (!TryRun(running, options))
            {
                await running.DisposeAsync().ConfigureAwait(false);
                throw new RelayServiceException(StoppedBefore);
            }

            _log.RelayStarted(running.Tub.TubId.ToString(), running.Folder.FurlFile, string.Join(',', running.Tub.Hints));
            _started.TrySetResult();
        }
        catch (Exception exception)
        {
            _started.TrySetException(exception);
            _ = _started.Task.Exception; // Nobody needs to have waited.
            throw;
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => StopAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => StopOnceAsync(_options?.Drain ?? TimeSpan.Zero, cancellationToken);

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync() => await StopOnceAsync(TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);

    /// <summary>Begins the end and does not wait for it: whoever disposes a container in this way has no time.</summary>
    public void Dispose() => _ = StopOnceAsync(TimeSpan.Zero, CancellationToken.None);

    /// <summary>Lets a relay run, unless the host has been told to stop meanwhile: nobody would stop it any more.</summary>
    private bool TryRun(RunningRelay running, RelayServiceOptions options)
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
            _probing = ProbeAsync(running, options.SelfProbeInterval);
            return true;
        }
    }

    private async Task<RunningRelay> CreateAsync(RelayServiceOptions options)
    {
        string path = Path.GetFullPath(options.Folder, _baseFolder);
        string key = Schema<RelayServiceOptions>.Join(_path, nameof(options.Folder));
        RequireOwnFolder(path, key);
        RelayFolder folder = new(path, key);
        try
        {
            return await CreateAsync(options, folder).ConfigureAwait(false);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private async Task<RunningRelay> CreateAsync(RelayServiceOptions options, RelayFolder folder)
    {
        AllowedTubsPolicy allowedTubs = new();
        allowedTubs.Use(CreateList(options));
        Tub tub = new(folder.LoadCertificate(), options.Tub.ToTubOptions(TubLimits.Small), _loggerFactory, _timeProvider);
        RelayServer server = new(tub, CreateServerOptions(options, folder.ReadRegistrarName(), allowedTubs), _loggerFactory, _timeProvider);
        TubListener listener = new TubListener(options.Listener.ToListenerOptions(), _loggerFactory, _timeProvider).Add(tub).Add(server);
        RunningRelay running = new(folder, tub, server, listener, [], allowedTubs);
        try
        {
            IEnumerable<IPEndPoint> addresses = options.Listen.Select(text => Configuration.EndPoints.TryParseIP(text)!);
            running = running with
            {
                EndPoints = await RunningRelay.ListenAsync(listener, addresses, Schema<RelayServiceOptions>.Join(_path, nameof(options.Listen))).ConfigureAwait(false),
            };
            running.SetHints(options.Hints.Count > 0
                ? [.. options.Hints.Select(hint => ConnectionHint.Parse(hint))]
                : [.. running.EndPoints.Select(bound => ConnectionHint.Tcp(bound.Address.ToString(), bound.Port))]);
        }
        catch
        {
            await running.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        if (tub.Hints.Count == 0)
        {
            _log.NoHints(tub.TubId.ToString(), Schema<RelayServiceOptions>.Join(_path, nameof(options.Hints)));
        }

        return running;
    }

    /// <summary>Two relays with one certificate would be one relay for everybody else, and write one FURL over the other.</summary>
    private void RequireOwnFolder(string path, string key)
    {
        foreach (RelayName other in _services.GetServices<RelayName>().Where(other => other.Name != Name))
        {
            if (Path.GetFullPath(_monitor.Get(other.Name).Folder, _baseFolder).AsSpan().TrimEnd(Path.DirectorySeparatorChar)
                .Equals(path.AsSpan().TrimEnd(Path.DirectorySeparatorChar), PathComparison))
            {
                throw new RelayServiceException(
                    $"{path} ({key}) is the folder of two relays, {Quote(Name)} and {Quote(other.Name)}: each needs one of its own, because who it is stands in it.");
            }
        }

        static string Quote(string name) => name.Length > 0 ? $"\"{name}\"" : "the one without a name";
    }

    private RelayServerOptions CreateServerOptions(RelayServiceOptions options, string? registrarName, AllowedTubsPolicy allowedTubs)
    {
        RelayServerOptions result = options.ToServerOptions() with
        {
            RegistrarName = registrarName,
            RegistrationPolicy = allowedTubs,
            MeterFactory = _services.GetService<IMeterFactory>(),
            MeterName = Name.Length > 0 ? Name : null,
        };
        foreach (Func<RelayServerOptions, IServiceProvider, RelayServerOptions> configure in
            _services.GetKeyedServices<Func<RelayServerOptions, IServiceProvider, RelayServerOptions>>(Name))
        {
            result = configure(result, _services);
        }

        if (result.RegistrationPolicy != allowedTubs)
        {
            allowedTubs.Next = result.RegistrationPolicy;
        }

        return result with { RegistrationPolicy = allowedTubs, OnEvent = result.OnEvent + OnEvent };
    }

    private void OnEvent(RelayEvent what) => EventOccurred?.Invoke(what);

    private TubIdListPolicy? CreateList(RelayServiceOptions options) =>
        options.AllowedTubs is string path ? new TubIdListPolicy(Path.GetFullPath(path, _baseFolder), _loggerFactory, _timeProvider) : null;

    private async Task ProbeAsync(RunningRelay running, TimeSpan interval)
    {
        if (interval == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        // Not on the host's way up: the first one makes a certificate.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        SelfProbe probe = new(running.Server, running.Tub.TubId, running.EndPoints, _timeProvider);
        using PeriodicTimer timer = new(interval, _timeProvider);
        try
        {
            do
            {
                SelfProbeResult? last = LastSelfProbe;
                SelfProbeResult result = await probe.RunAsync(_stopping.Token).ConfigureAwait(false);
                Volatile.Write(ref _lastSelfProbe, result);
                Report(running.Tub.TubId, last, result);
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The relay stops.
        }
    }

    private void Report(TubId relay, SelfProbeResult? last, SelfProbeResult result)
    {
        if (result.Failure is string failure)
        {
            _log.SelfProbeFailed(relay.ToString(), failure);
        }
        else if (last?.Failure is not null)
        {
            _log.SelfProbeRecovered(relay.ToString());
        }
    }

    private void OnChanged(RelayServiceOptions changed, string? name)
    {
        if (name == Name)
        {
            lock (_gate)
            {
                Apply(changed, Running);
            }
        }
    }

    /// <summary>Takes over what can be taken over, and names it and the rest.</summary>
    private void Apply(RelayServiceOptions changed, RunningRelay running)
    {
        RelayServiceOptions old = Options;
        List<Setting<RelayServiceOptions>> different = [.. ServerSchema.Instance.Settings.Where(setting => setting.Format(old) != setting.Format(changed))];
        if (different.Any(setting => setting.Name.StartsWith(LimitsGroup, StringComparison.Ordinal)))
        {
            running.Server.UpdateLimits(changed.Limits.ToLimits());
        }

        if (different.Any(setting => setting.Name == nameof(changed.AllowedTubs)))
        {
            running.AllowedTubs.Use(CreateList(changed));
        }

        Volatile.Write(ref _options, ServerSchema.Instance.Merge(old, changed));

        // Told last: whoever reads of it may count on it.
        foreach (Setting<RelayServiceOptions> setting in different)
        {
            string key = Schema<RelayServiceOptions>.Join(_path, setting.Name);
            if (!setting.AppliesLive)
            {
                _log.NeedsRestart(key);
            }
            else
            {
                _log.ValueChanged(key, setting.Format(changed), setting.Format(old));
            }
        }
    }

    private Task StopOnceAsync(TimeSpan drain, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _started.TrySetException(new RelayServiceException(StoppedBefore));
            _ = _started.Task.Exception; // Nobody needs to have waited.
            return _stopped ??= _running is RunningRelay running ? StopAsync(running, drain, cancellationToken) : Task.CompletedTask;
        }
    }

    private async Task StopAsync(RunningRelay running, TimeSpan drain, CancellationToken cancellationToken)
    {
        string relay = running.Tub.TubId.ToString();
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // Out of the lock.
        _isDraining = true;
        _reload?.Dispose();
        try
        {
            await running.Server.DrainAsync(drain, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The host does not wait any longer.
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _probing.ConfigureAwait(false);
        await ITelemetryFlush.FlushAllAsync(_telemetry, cancellationToken).ConfigureAwait(false);
        int aborted = running.Server.Statistics.ActiveStreams;
        await running.DisposeAsync().ConfigureAwait(false);
        _log.RelayStopped(relay, aborted);
    }
}
