using System.Net;
using System.Net.Sockets;
using Foolscap.Relay.AspNetCore.Metrics;
using Foolscap.Relay.AspNetCore.Status;
using Foolscap.Relay.Hosting;
using Foolscap.Relay.Hosting.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Foolscap.Relay.AspNetCore.Web;

/// <summary>Runs the admin endpoint: what watches the relay, and a web server of its own, so that the host need not be one.</summary>
internal sealed class AdminService(
    IOptions<RelayAdminOptions> options,
    RelaySource source,
    EventFeed events,
    RelayMonitor monitor,
    MetricsCollector metrics,
    AdminEndpoints endpoints,
    ILoggerFactory loggerFactory,
    TimeProvider timeProvider) : IFoolscapRelayAdmin, IHostedLifecycleService, IAsyncDisposable
{
    /// <summary>Far more than the pages, and what an operator's other programs need.</summary>
    private const int SpareConnections = 100;

    private readonly CancellationTokenSource _stopping = new();
    private int _isDisposed;
    private WebApplication? _application;
    private Task _watching = Task.CompletedTask;

    public IReadOnlyList<Uri> Addresses { get; private set; } = [];

    public StatusReport GetStatus() => monitor.GetReport(ReportQuery.Default);

    /// <summary>Before any service starts: what is counted, or happens, before somebody listens is lost.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        metrics.Start();
        source.Observe(events);
        return Task.CompletedTask;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _watching = monitor.RunAsync(_stopping.Token);
        if (options.Value.Listen.Count == 0)
        {
            return;
        }

        _application = Create();
        endpoints.Map(_application, "/");
        try
        {
            await _application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            throw new RelayServiceException(
                $"The admin endpoint cannot listen on {string.Join(", ", options.Value.Listen)} ({RelayAdminConfiguration.Section}:{nameof(RelayAdminOptions.Listen)}): {exception.Message}",
                exception);
        }

        Addresses = [.. _application.Urls.Select(url => new Uri(url))];
        AdminLog.Listening(loggerFactory.CreateLogger("Foolscap.Relay.AspNetCore"), string.Join(' ', Addresses));
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After the relay has drained, which can be watched.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        monitor.End();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        if (_application is not null)
        {
            await _application.StopAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The container knows this under several types, and disposes it for each of them.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        if (_application is not null)
        {
            await _application.DisposeAsync().ConfigureAwait(false);
            _application = null;
        }

        _stopping.Dispose();
    }

    private WebApplication Create()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(new OutsideLoggers(loggerFactory));
        builder.Services.AddSingleton<ILoggerFactory>(provider => provider.GetRequiredService<OutsideLoggers>());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddSingleton(timeProvider);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        return builder.Build();
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = options.Value.MaxViewers + SpareConnections;
        kestrel.Limits.MaxRequestBodySize = 4096;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        foreach (IPEndPoint address in options.Value.Listen.Select(text => EndPoints.TryParseIP(text)!))
        {
            kestrel.Listen(address, listen => listen.Protocols = HttpProtocols.Http1);
        }
    }

    /// <summary>The host's signals are the host's: its end is also this one's.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>The host's loggers, without what the web server itself would say at every start. They are the host's to dispose.</summary>
    private sealed class OutsideLoggers(ILoggerFactory outside) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("Microsoft.Hosting", StringComparison.Ordinal)
            || categoryName.StartsWith("Microsoft.AspNetCore.Hosting", StringComparison.Ordinal)
            || categoryName.StartsWith("Microsoft.AspNetCore.Routing", StringComparison.Ordinal)
                ? Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance
                : outside.CreateLogger(categoryName);

        public void AddProvider(ILoggerProvider provider) => outside.AddProvider(provider);

        public void Dispose()
        {
        }
    }
}
