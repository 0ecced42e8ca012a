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

    /// <summary>Options that stand for those which set a key.</summary>
    private static readonly Dictionary<string, string> OtherOptions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Attach:TubPem"] = "--tahoe",
        ["Attach:Target"] = "--tahoe",
        ["Attach:Relays"] = "--relay-file",
    };

    /// <summary>One fault as one line.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="configuration">Where it is.</param>
    /// <param name="optionNames">Which option sets which key.</param>
    public static string Describe(ConfigurationFault fault, ToolConfiguration configuration, IReadOnlyDictionary<string, string> optionNames)
    {
        string written = configuration.DescribeKey(fault.Key);
        if (configuration.IsFromEnvironment(fault.Key) && ToolSchema.IsUnknown(fault))
        {
            string meant = FindVariables(written.ToUpperInvariant()) is { Count: > 0 } near
                ? $"Did you mean {string.Join(" or ", near)}?"
                : "'foolscap-relay check-config --keys' has all keys; a colon in them is two underscores in a variable.";
            return $"{written} is no variable that is known. {meant}";
        }

        string text = (fault with { Key = written }).ToString();
        if (optionNames.Count == 0 || !configuration.IsFromOptions(fault.Key))
        {
            return text;
        }

        bool isMissing = fault.Problem.StartsWith("is missing", StringComparison.Ordinal);
        return !optionNames.TryGetValue(fault.Key.TrimEnd(Digits).TrimEnd(':'), out string? option)
            ? isMissing ? $"{text}  (variable {ToVariable(fault.Key)}, or in the file of --config)" : text
            : isMissing && OtherOptions.TryGetValue(fault.Key, out string? other) ? $"{text}  (option {option}, or {other})"
            : $"{text}  (option {option})";
    }

    /// <summary>The variables that were probably meant: those that have a section more in their names, or the nearest one.</summary>
    private static List<string> FindVariables(string written)
    {
        string rest = written[ToolConfiguration.EnvironmentPrefix.Length..];
        List<string> longer = [.. Variables.Where(one => one.EndsWith($"__{rest}", StringComparison.Ordinal))];
        return longer.Count > 0 ? longer : Words.FindNearest(written, Variables) is string nearest ? [nearest] : [];
    }

    private static string ToVariable(string key) => ToolConfiguration.EnvironmentPrefix + key.ToUpperInvariant().Replace(":", "__", StringComparison.Ordinal);
}
