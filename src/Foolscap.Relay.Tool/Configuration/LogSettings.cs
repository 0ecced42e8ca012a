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
        new("Level", "word", "information", "trace, debug, information, warning, error, critical, none", "The least important events that are logged.", false, false),
    ];

    /// <summary>The words that stand in the lines, for those who take them from there.</summary>
    private static readonly Dictionary<string, string> WordsOfLines = new(StringComparer.OrdinalIgnoreCase)
    {
        ["info"] = nameof(LogLevel.Information),
        ["warn"] = nameof(LogLevel.Warning),
    };

    public static LogSettings Read(IConfiguration configuration, List<ConfigurationFault> faults)
    {
        IConfigurationSection section = configuration.GetSection(Section);
        return new LogSettings(
            ReadWord(section, "Format", LogFormat.Auto, faults),
            ReadWord(section, "Level", LogLevel.Information, faults));
    }

    private static T ReadWord<T>(IConfigurationSection section, string key, T otherwise, List<ConfigurationFault> faults)
        where T : struct, Enum
    {
        string? text = section[key];
        if (string.IsNullOrWhiteSpace(text))
        {
            return otherwise;
        }

        if (text.All(char.IsLetter) && Enum.TryParse(WordsOfLines.GetValueOrDefault(text, text), ignoreCase: true, out T value))
        {
            return value;
        }

        faults.Add(new ConfigurationFault($"{Section}:{key}", text, "is not known", Keys.Single(one => one.Name == key).Allowed));
        return otherwise;
    }
}
