using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;

namespace Foolscap.Relay.Tool.Hosting;

/// <summary>
/// Tells systemd when this process is ready, and when it stops (<c>sd_notify</c>); nobody where there is no <c>NOTIFY_SOCKET</c>.
/// Ready means that all services have started: a relay listens, a client has begun to connect.
/// </summary>
internal sealed class ServiceManager : IHostedService
{
    private readonly SystemdNotifier _notifier = new();
    private readonly IHostApplicationLifetime _lifetime;

    public ServiceManager(IHostApplicationLifetime lifetime) => _lifetime = lifetime;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _lifetime.ApplicationStarted.Register(() => _notifier.Notify(ServiceState.Ready));
        _lifetime.ApplicationStopping.Register(() => _notifier.Notify(ServiceState.Stopping));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
