using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Tool.Logging;

/// <summary>What levels are called in lines.</summary>
internal static class LogWords
{
    /// <summary>The word for a level.</summary>
    public static string Of(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        LogLevel.Critical => "fatal",
        _ => "none",
    };

    /// <summary>Finds a level by its word, or its name.</summary>
    public static LogLevel? Find(string text) =>
        Enum.GetValues<LogLevel>().Cast<LogLevel?>().FirstOrDefault(level => Is(text, Of(level!.Value)) || Is(text, level.Value.ToString()));

    private static bool Is(string text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);
}
