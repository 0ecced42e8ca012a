using Microsoft.Extensions.Configuration;

namespace Foolscap.Relay.Hosting.Configuration;

/// <summary>All keys of a section. Binding, validation, what a reload changes, and the reference are all made from it.</summary>
/// <typeparam name="TOptions">The options that the section fills.</typeparam>
internal abstract class Schema<TOptions>
    where TOptions : class, new()
{
    private readonly Dictionary<string, Setting<TOptions>> _byName;
    private readonly HashSet<string> _groups;

    protected Schema(IReadOnlyList<Setting<TOptions>> settings)
    {
        Settings = settings;
        _byName = settings.ToDictionary(setting => setting.Name, StringComparer.OrdinalIgnoreCase);
        _groups = settings.Where(setting => setting.Name.Contains(':', StringComparison.Ordinal))
            .Select(setting => setting.Name.Split(':')[0]).ToHashSet(StringComparer.OrdinalIgnoreCase);
        TOptions defaults = new();
        Keys = [.. settings.Select(setting => setting.Describe(defaults))];
    }

    public IReadOnlyList<Setting<TOptions>> Settings { get; }

    public IReadOnlyList<ConfigurationKey> Keys { get; }

    /// <summary>Fills options from a section, as far as it can be read.</summary>
    /// <returns>What could not be read, and what is not known.</returns>
    public List<ConfigurationFault> Bind(IConfiguration section, TOptions options)
    {
        List<ConfigurationFault> faults = [];
        foreach (Setting<TOptions> setting in Settings)
        {
            setting.Read(section.GetSection(setting.Name), options, faults);
        }

        FindUnknown(section, "", faults);
        return faults;
    }

    /// <summary>Looks for values that are out of their range, and for those that do not go together.</summary>
    /// <param name="options">The options.</param>
    /// <param name="path">The section's path, or what stands for it.</param>
    /// <param name="baseFolder">Where relative paths start.</param>
    public List<ConfigurationFault> Check(TOptions options, string path, string baseFolder)
    {
        List<ConfigurationFault> faults = [];
        foreach (Setting<TOptions> setting in Settings)
        {
            setting.Check(options, Join(path, setting.Name), faults);
        }

        // Only of values that are right alone: one mistake should be told once.
        HashSet<string> wrong = faults.Select(fault => fault.Key).ToHashSet();
        faults.AddRange(CheckTogether(options, baseFolder).Select(fault => fault with { Key = Join(path, fault.Key) })
            .Where(fault => !wrong.Any(key => key == fault.Key || key.StartsWith(fault.Key + ':', StringComparison.Ordinal))));
        return faults;
    }

    /// <summary>Finds all faults of a section: what is not known, what cannot be read, and what is not allowed.</summary>
    public IReadOnlyList<ConfigurationFault> FindFaults(IConfiguration section, string baseFolder)
    {
        TOptions options = new();
        return [.. Bind(section, options), .. Check(options, PathOf(section), baseFolder)];
    }

    /// <summary>Makes the options that are in effect after a reload: what does not change without a restart is as it was.</summary>
    public TOptions Merge(TOptions old, TOptions changed)
    {
        TOptions result = new();
        foreach (Setting<TOptions> setting in Settings)
        {
            setting.Copy(setting.AppliesLive ? changed : old, result);
        }

        return result;
    }

    public static string PathOf(IConfiguration section) => (section as IConfigurationSection)?.Path ?? "";

    public static string Join(string path, string key) => path.Length == 0 ? key : $"{path}:{key}";

    /// <summary>Looks for values that do not go together. Keys are those within the section.</summary>
    protected abstract IEnumerable<ConfigurationFault> CheckTogether(TOptions options, string baseFolder);

    private void FindUnknown(IConfiguration section, string group, List<ConfigurationFault> faults)
    {
        foreach (IConfigurationSection child in section.GetChildren())
        {
            string name = group + child.Key;
            if (_byName.TryGetValue(name, out Setting<TOptions>? setting))
            {
                // Of a list, each item has to be one value.
                IEnumerable<IConfigurationSection> values = setting.IsList ? child.GetChildren() : [child];
                faults.AddRange(values.Where(value => value.GetChildren().Any())
                    .Select(value => new ConfigurationFault(value.Path, null, "has keys below it", "one value")));
            }
            else if (group.Length == 0 && _groups.Contains(name))
            {
                FindUnknownIn(child, faults);
            }
            else
            {
                faults.Add(Unknown(child, group));
            }
        }
    }

    private void FindUnknownIn(IConfigurationSection group, List<ConfigurationFault> faults)
    {
        FindUnknown(group, group.Key + ':', faults);
        if (!string.IsNullOrEmpty(group.Value))
        {
            faults.Add(new ConfigurationFault(group.Path, group.Value, "is one value", "keys below it"));
        }
    }

    /// <summary>A key that nobody knows. Its value is not shown: it may be a secret under a name with a slip.</summary>
    private ConfigurationFault Unknown(IConfigurationSection child, string group)
    {
        List<string> known = [.. _byName.Keys.Concat(_groups.Select(name => name))
            .Where(name => name.StartsWith(group, StringComparison.OrdinalIgnoreCase))
            .Select(name => name[group.Length..]).Where(name => !name.Contains(':', StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
        string? elsewhere = _byName.Keys.FirstOrDefault(name => name.EndsWith($":{child.Key}", StringComparison.OrdinalIgnoreCase));
        string? meant = Words.FindNearest(child.Key, known) ?? elsewhere;
        string all = string.Join(", ", known);
        return new ConfigurationFault(child.Path, null, ConfigurationFault.UnknownKey, all)
        {
            Advice = meant is not null ? $"Did you mean {meant}?" : $"The keys here are: {all}.",
        };
    }
}
