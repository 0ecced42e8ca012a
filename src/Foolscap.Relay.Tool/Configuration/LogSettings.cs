using Foolscap.Relay.Hosting;
using Foolscap.Relay.Tool.Logging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Tool.Configuration;

/// <summary>The section <c>Log</c>.</summary>
internal sealed record LogSettings(LogFormat Format, LogLevel Level)
{
    public const string Section = "Log";

    public static readonly IReadOnlyList<ConfigurationKey> Keys =
    [
        new("Format", "word", "auto", "auto, text, json", "How log lines look: text for people, JSON lines for a collector; auto is text on a terminal and in systemd's journal.", false, false),
        new("Level", "word", "information", "trace, debug, information, warning, error, critical, none", "The least important events that are logged; the words of the lines (info, warn, fatal) will do, too.", false, false),
    ];

    public static LogSettings Read(IConfiguration configuration, List<ConfigurationFault> faults)
    {
        IConfigurationSection section = configuration.GetSection(Section);
        return new LogSettings(
            ReadWord(section, "Format", FindFormat, LogFormat.Auto, faults),
            ReadWord(section, "Level", LogWords.Find, LogLevel.Information, faults));
    }

    private static LogFormat? FindFormat(string text) =>
        text.All(char.IsLetter) && Enum.TryParse(text, ignoreCase: true, out LogFormat format) ? format : null;

    private static T ReadWord<T>(IConfigurationSection section, string key, Func<string, T?> find, T otherwise, List<ConfigurationFault> faults)
        where T : struct, Enum
    {
        string? text = section[key];
        if (string.IsNullOrWhiteSpace(text))
        {
            return otherwise;
        }

        if (find(text) is T value)
        {
            return value;
        }

        faults.Add(new ConfigurationFault($"{Section}:{key}", text, "is not known", Keys.Single(one => one.Name == key).Allowed));
        return otherwise;
    }
}
