using System.Runtime.InteropServices;
using Foolscap.Relay.Tool.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Tool.Hosting;

/// <summary>Reads the configuration file again at SIGHUP, besides when it changes: some file systems do not tell of changes.</summary>
internal sealed partial class ConfigurationReload(ToolConfiguration configuration, ILoggerFactory loggerFactory) : IHostedService, IDisposable
{
    private readonly ILogger _logger = loggerFactory.CreateLogger("Foolscap.Relay.Tool");
    private PosixSignalRegistration? _signal;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        configuration.OnUnreadable = problem => LogUnreadable(_logger, problem);

        // On Windows it tells that the console's window is being closed: see StopSignals.
        if (configuration.File is not null && !OperatingSystem.IsWindows())
        {
            _signal = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
            {
                context.Cancel = true;
                LogReload(_logger, configuration.File);
                configuration.Reload();
            });
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _signal?.Dispose();

    [LoggerMessage(7000, LogLevel.Information, "SIGHUP: {File} is read again.")]
    private static partial void LogReload(ILogger logger, string file);

    [LoggerMessage(7001, LogLevel.Error, "{Problem} The old values stay.")]
    private static partial void LogUnreadable(ILogger logger, string problem);
}
