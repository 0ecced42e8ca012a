using System.Globalization;
using Foolscap.Relay.Tool.Terminal;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace Foolscap.Relay.Tool.Logging;

/// <summary>
/// Log lines for people: time, level, a short category, the message. In systemd's journal the level is told in its own way,
/// and the time is left to it.
/// </summary>
internal sealed class TextLogWriter(ToolConsole console, bool isJournal) : ILogLineWriter
{
    private const string OwnPrefix = "Foolscap.";

    public void Write(LogLine line)
    {
        (string word, Style style, int priority) = Describe(line.Level);
        if (isJournal)
        {
            console.Error.WriteLine($"<{priority.ToString(CultureInfo.InvariantCulture)}>{ShortCategory(line.Category)}: {ScreenExtensions.Printable(line.Message)}");
        }
        else
        {
            string time = line.Time.ToLocalTime().ToString(console.ErrorIsTerminal ? "HH:mm:ss" : "yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
            console.ErrorScreen.WriteStyled(
                ($"{time} ", Styles.Quiet), (word.PadRight(6), style), ($"{ShortCategory(line.Category)}: ", Styles.Quiet), (line.Message, Styles.Plain));
        }

        if (line.Exception is not null)
        {
            foreach (string part in line.Exception.ToString().Split('\n'))
            {
                console.Error.WriteLine($"{(isJournal ? $"<{priority.ToString(CultureInfo.InvariantCulture)}>" : "")}  {ScreenExtensions.Printable(part.TrimEnd('\r'))}");
            }
        }
    }

    /// <summary><c>Foolscap.Relay.Server</c> is <c>relay.server</c>; the rest is what .NET's own parts call themselves.</summary>
    private static string ShortCategory(string category)
    {
        string name = category.StartsWith(OwnPrefix, StringComparison.Ordinal) ? category[OwnPrefix.Length..] : category[(category.LastIndexOf('.') + 1)..];
        return name.ToLowerInvariant();
    }

    private static (string Word, Style Style, int Priority) Describe(LogLevel level)
    {
        (Style style, int priority) = level switch
        {
            LogLevel.Trace or LogLevel.Debug => (Styles.Quiet, 7),
            LogLevel.Information => (Styles.Good, 6),
            LogLevel.Warning => (Styles.Doubtful, 4),
            LogLevel.Error => (Styles.Bad, 3),
            _ => (Styles.Bad, 2),
        };
        return (LogWords.Of(level), style, priority);
    }
}
