using Foolscap.Relay.Tool.Configuration;
using Foolscap.Relay.Tool.Terminal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Tool.Logging;

/// <summary>Sets a host's logging up.</summary>
internal static class ToolLogging
{
    /// <summary>Logs to stderr.</summary>
    public static void Configure(ILoggingBuilder logging, ToolConsole console, LogSettings settings)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(settings.Level);

        // What the web server and the host say of themselves is of use to their developers only.
        logging.AddFilter("Microsoft", settings.Level > LogLevel.Debug ? LogLevel.Warning : settings.Level);
        logging.AddFilter("System", settings.Level > LogLevel.Debug ? LogLevel.Warning : settings.Level);

        // Whether the host starts and stops is told better by this program itself.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        ILogLineWriter writer = CreateWriter(console, settings.Format);
        logging.Services.AddSingleton<ILoggerProvider>(_ => new ToolLoggerProvider(writer, TimeProvider.System));
    }

    private static ILogLineWriter CreateWriter(ToolConsole console, LogFormat format)
    {
        bool isJournal = !console.ErrorIsTerminal && !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("JOURNAL_STREAM"));
        bool isText = format == LogFormat.Text || (format == LogFormat.Auto && (console.ErrorIsTerminal || isJournal));
        return isText ? new TextLogWriter(console, isJournal) : new JsonLogWriter(console.Error);
    }
}
