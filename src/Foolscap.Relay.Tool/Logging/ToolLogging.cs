using Foolscap.Relay.Tool.Configuration;
using Foolscap.Relay.Tool.Terminal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Tool.Logging;

/// <summary>Sets a host's logging up.</summary>
internal static class ToolLogging
{
    /// <summary>Whether systemd's journal takes what is written.</summary>
    public static bool IsJournal(ToolConsole console) => !console.ErrorIsTerminal && !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("JOURNAL_STREAM"));

    /// <summary>Logs to stderr.</summary>
    /// <param name="logging">Where the logging is set up.</param>
    /// <param name="console">Where it goes.</param>
    /// <param name="settings">How it looks.</param>
    /// <param name="told">Events (<see cref="ToldEvents"/>) that need not be in a log for people.</param>
    public static void Configure(ILoggingBuilder logging, ToolConsole console, LogSettings settings, IReadOnlyCollection<int> told)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(settings.Level);

        // What the web server and the host say of themselves is of use to their developers only.
        logging.AddFilter("Microsoft", settings.Level > LogLevel.Debug ? LogLevel.Warning : settings.Level);
        logging.AddFilter("System", settings.Level > LogLevel.Debug ? LogLevel.Warning : settings.Level);

        // Whether the host starts and stops is told better by this program itself.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.None);
        bool isText = settings.Format == LogFormat.Text || (settings.Format == LogFormat.Auto && (console.ErrorIsTerminal || IsJournal(console)));
        ILogLineWriter writer = isText ? new TextLogWriter(console, IsJournal(console)) : new JsonLogWriter(console.Error);
        logging.Services.AddSingleton<ILoggerProvider>(_ => new ToolLoggerProvider(writer, TimeProvider.System, isText ? told : []));
    }
}
