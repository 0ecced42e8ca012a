using Foolscap.Relay.Hosting;
using Foolscap.Relay.Hosting.Configuration;

namespace Foolscap.Relay.Tool.Configuration;

/// <summary>Faults in the words of whoever wrote the configuration: an environment variable by its name, an option by its own.</summary>
internal static class FaultText
{
    private static readonly char[] Digits = [.. "0123456789"];

    /// <summary>The names of all variables that the environment may have; an item of a list has its number behind it.</summary>
    private static readonly string[] Variables =
        [.. ToolSchema.Sections.SelectMany(one => one.Keys.Select(key => ToVariable($"{one.Section}:{key.Name}")))];

    /// <summary>One fault as one line.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="configuration">Where it is.</param>
    /// <param name="optionNames">Which option sets which key.</param>
    public static string Describe(ConfigurationFault fault, ToolConfiguration configuration, IReadOnlyDictionary<string, string> optionNames)
    {
        string written = configuration.DescribeKey(fault.Key);
        if (configuration.IsFromEnvironment(fault.Key) && ToolSchema.IsUnknown(fault))
        {
            string meant = Words.FindNearest(written.ToUpperInvariant(), Variables) is string nearest
                ? $"Did you mean {nearest}?"
                : "'foolscap-relay check-config --keys' has all keys; a colon in them is two underscores in a variable.";
            return $"{written} is no variable that is known. {meant}";
        }

        string text = (fault with { Key = written }).ToString();
        return configuration.IsFromOptions(fault.Key) && optionNames.TryGetValue(fault.Key.TrimEnd(Digits).TrimEnd(':'), out string? option) ? $"{text}  (option {option})" : text;
    }

    private static string ToVariable(string key) => ToolConfiguration.EnvironmentPrefix + key.ToUpperInvariant().Replace(":", "__", StringComparison.Ordinal);
}
