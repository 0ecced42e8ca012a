using System.Globalization;
using Foolscap.Relay.AspNetCore;
using Foolscap.Relay.Hosting;
using Foolscap.Relay.Hosting.Configuration;
using Microsoft.Extensions.Configuration;

namespace Foolscap.Relay.Tool.Configuration;

/// <summary>All sections that a configuration of this program may have.</summary>
internal static class ToolSchema
{
    private const string UnknownSection = "is no section that is known";

    public static readonly IReadOnlyList<(string Section, string Meaning, IReadOnlyList<ConfigurationKey> Keys)> Sections =
    [
        (RelayConfiguration.ServerSection, "The relay, for 'serve'.", RelayConfiguration.ServerKeys),
        (RelayConfiguration.ClientSection, "The client, for 'attach'.", [.. RelayConfiguration.ClientKeys, .. AttachSources.Keys]),
        (AdminSettings.Section, "The status page, metrics and health. Listen is \"off\" unless given for 'attach'.", RelayAdminConfiguration.Keys),
        (LogSettings.Section, "Log lines, on stderr.", LogSettings.Keys),
        (OtlpSettings.Section, "Metrics and traces by OTLP.", OtlpSettings.Keys),
    ];

    /// <summary>Finds all faults of a configuration.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="section">The section that must be there, and right: a relay's or a client's; whichever are there if null.</param>
    public static IReadOnlyList<ConfigurationFault> FindFaults(ToolConfiguration configuration, string? section)
    {
        IConfigurationRoot root = configuration.Root;
        bool needsServer = section is null ? root.GetSection(RelayConfiguration.ServerSection).Exists() : section == RelayConfiguration.ServerSection;
        bool needsClient = section is null ? root.GetSection(RelayConfiguration.ClientSection).Exists() : section == RelayConfiguration.ClientSection;

        // What other files a configuration names are a client's: a relay of the same configuration may not even be allowed to read them.
        IReadOnlyList<ConfigurationFault> ofFiles = needsClient || section is null ? configuration.Faults : [];
        List<ConfigurationFault> faults = [.. ofFiles];
        faults.AddRange(section switch
        {
            RelayConfiguration.ServerSection => RelayConfiguration.FindServerFaults(root.GetSection(RelayConfiguration.ServerSection)),
            RelayConfiguration.ClientSection => RelayConfiguration.FindClientFaults(root.GetSection(RelayConfiguration.ClientSection)),
            _ => RelayConfiguration.FindFaults(root),
        });

        // A file that cannot be read is the fault, and not that nothing came of it.
        if (ofFiles.Count > 0)
        {
            faults.RemoveAll(fault => fault.Problem == "is missing" && fault.Key.StartsWith($"{RelayConfiguration.ClientSection}:", StringComparison.Ordinal));
        }

        if (needsServer)
        {
            CheckListen(root, faults);
        }

        if (needsClient)
        {
            CheckTarget(root, configuration, faults);
        }

        LogSettings.Read(root, faults);
        OtlpSettings.Read(root, faults);
        faults.AddRange(AdminSettings.FindFaults(root));
        FindUnknown(root, faults);
        return [.. faults.Distinct()];
    }

    /// <summary>In a program of your own a web server may hand the connections over; here nobody else would.</summary>
    private static void CheckListen(IConfigurationRoot root, List<ConfigurationFault> faults)
    {
        const string key = $"{RelayConfiguration.ServerSection}:Listen";
        if (!root.GetSection(key).Exists())
        {
            faults.Add(new ConfigurationFault(key, null, "is missing", "the addresses to listen on, such as 0.0.0.0:7000"));
        }
    }

    /// <summary>In a program of your own the Tub may be in the same process; this one attaches others' Tubs only.</summary>
    private static void CheckTarget(IConfigurationRoot root, ToolConfiguration configuration, List<ConfigurationFault> faults)
    {
        const string key = $"{RelayConfiguration.ClientSection}:Target";
        if (string.IsNullOrWhiteSpace(root[key]) && configuration.Faults.Count == 0)
        {
            faults.Add(new ConfigurationFault(key, null, "is missing", "where the Tub listens, such as 127.0.0.1:3457"));
        }
    }

    private static void FindUnknown(IConfigurationRoot root, List<ConfigurationFault> faults)
    {
        string names = string.Join(", ", Sections.Select(one => one.Section));
        foreach (IConfigurationSection child in root.GetChildren())
        {
            (string Section, string Meaning, IReadOnlyList<ConfigurationKey> Keys) known =
                Sections.FirstOrDefault(one => one.Section.Equals(child.Key, StringComparison.OrdinalIgnoreCase));
            if (child.Key == AttachSources.TahoeFolderKey)
            {
                continue;
            }

            if (known.Section is null)
            {
                string advice = FindElsewhere(child.Key) is { Count: > 0 } meant ? $"Did you mean {string.Join(" or ", meant)}?"
                    : Words.FindNearest(child.Key, Sections.Select(one => one.Section)) is string nearest ? $"Did you mean {nearest}?"
                    : $"The sections are: {names}.";
                faults.Add(new ConfigurationFault(child.Path, null, UnknownSection, names) { Advice = advice });
            }
            else if (known.Section is LogSettings.Section or OtlpSettings.Section)
            {
                faults.AddRange(FindUnknown(child, known.Keys));
            }
        }
    }

    /// <summary>Where a key, or a group of keys, belongs that stands at the top.</summary>
    private static List<string> FindElsewhere(string name) =>
    [
        .. Sections
            .SelectMany(one => one.Keys.Select(key => $"{one.Section}:{key.Name}:"))
            .Select(key => (Key: key, Place: key.IndexOf($":{name}:", StringComparison.OrdinalIgnoreCase)))
            .Where(found => found.Place > 0)
            .Select(found => found.Key[..(found.Place + 1 + name.Length)])
            .Distinct(),
    ];

    private static IEnumerable<ConfigurationFault> FindUnknown(IConfigurationSection section, IReadOnlyList<ConfigurationKey> known)
    {
        string names = string.Join(", ", known.Select(key => key.Name));
        return section.GetChildren()
            .Where(key => !known.Any(one => one.Name.Equals(key.Key, StringComparison.OrdinalIgnoreCase)))
            .Select(key => new ConfigurationFault(key.Path, null, ConfigurationFault.UnknownKey, names)
            {
                Advice = Words.FindNearest(key.Key, known.Select(one => one.Name)) is string meant ? $"Did you mean {meant}?" : $"The keys here are: {names}.",
            });
    }

    /// <summary>Whether a fault is that nobody knows its key.</summary>
    public static bool IsUnknown(ConfigurationFault fault) => fault.Problem is ConfigurationFault.UnknownKey or UnknownSection;

    /// <summary>What ends the program, with every fault in it.</summary>
    public static ToolException ToException(ToolConfiguration configuration, IReadOnlyList<ConfigurationFault> faults, IReadOnlyDictionary<string, string> optionNames)
    {
        string count = faults.Count == 1 ? "a fault" : $"{faults.Count.ToString(CultureInfo.InvariantCulture)} faults";
        IEnumerable<string> lines = faults.Select(fault => $"  {FaultText.Describe(fault, configuration, optionNames)}");
        return new ToolException($"The configuration has {count}:", string.Join('\n', lines), ExitCodes.Configuration);
    }
}
