using Microsoft.Extensions.Configuration;

namespace Foolscap.Relay.Hosting.Configuration;

/// <summary>One key of a configuration: how it gets into the options and out of them, and what is allowed.</summary>
/// <typeparam name="TOptions">The options.</typeparam>
internal abstract class Setting<TOptions>(string name)
{
    /// <summary>The key within the section.</summary>
    public string Name => name;

    /// <summary>Whether a change takes effect without a restart.</summary>
    public bool AppliesLive { get; init; }

    public abstract bool IsSecret { get; }

    /// <summary>Whether the value has an item under each of its numbers, and not one text.</summary>
    public abstract bool IsList { get; }

    /// <summary>Reads the value of a section into the options, as far as it can be read.</summary>
    public abstract void Read(IConfigurationSection section, TOptions options, List<ConfigurationFault> faults);

    /// <summary>Looks whether the value in the options is allowed.</summary>
    public abstract void Check(TOptions options, string path, List<ConfigurationFault> faults);

    /// <summary>Writes the value in the options as a configuration would.</summary>
    public abstract string Format(TOptions options);

    /// <summary>Gives the value of some options to others.</summary>
    public abstract void Copy(TOptions from, TOptions to);

    /// <summary>Describes the key for the reference.</summary>
    public abstract ConfigurationKey Describe(TOptions defaults);
}

/// <summary>A key with one value.</summary>
internal sealed class ValueSetting<TOptions, T>(
    string name, ValueKind<T> kind, Func<TOptions, T> get, Action<TOptions, T> set, string meaning) : Setting<TOptions>(name)
{
    public override bool IsSecret => kind.IsSecret;

    public override bool IsList => false;

    public override void Read(IConfigurationSection section, TOptions options, List<ConfigurationFault> faults)
    {
        if (string.IsNullOrEmpty(section.Value))
        {
            return; // As if it were not there: null in JSON, a variable without a value.
        }

        if (kind.Read(section.Value.Trim(), out T value) is string problem)
        {
            faults.Add(new ConfigurationFault(section.Path, kind.IsSecret ? null : section.Value, problem, kind.Allowed));
        }
        else
        {
            set(options, value);
        }
    }

    public override void Check(TOptions options, string path, List<ConfigurationFault> faults)
    {
        T value = get(options);
        if (kind.Check(value) is string problem)
        {
            string text = kind.Format(value);
            faults.Add(new ConfigurationFault(path, kind.IsSecret || text.Length == 0 ? null : text, problem, kind.Allowed));
        }
    }

    public override string Format(TOptions options) => kind.Format(get(options));

    public override void Copy(TOptions from, TOptions to) => set(to, get(from));

    public override ConfigurationKey Describe(TOptions defaults) =>
        new(Name, kind.Type, Format(defaults) is { Length: > 0 } text ? text : "none", kind.Allowed, meaning, AppliesLive, kind.IsSecret);
}

/// <summary>A key with a list of values; one alone may stand there without a list.</summary>
internal sealed class ListSetting<TOptions>(string name, ValueKind<string> kind, Func<TOptions, IList<string>> get, string meaning)
    : Setting<TOptions>(name)
{
    public override bool IsSecret => kind.IsSecret;

    public override bool IsList => true;

    public override void Read(IConfigurationSection section, TOptions options, List<ConfigurationFault> faults)
    {
        List<string> items = [.. section.GetChildren().Select(child => child.Value).Prepend(section.Value).OfType<string>()
            .Select(item => item.Trim()).Where(item => item.Length > 0)];
        if (items.Count > 0)
        {
            Replace(options, items); // A list of the configuration takes the place of one in code, and is not added to it.
        }
    }

    public override void Check(TOptions options, string path, List<ConfigurationFault> faults)
    {
        IList<string> items = get(options);
        for (int index = 0; index < items.Count; index++)
        {
            if (kind.Check(items[index]) is string problem)
            {
                faults.Add(new ConfigurationFault($"{path}:{index}", kind.IsSecret ? null : items[index], problem, kind.Allowed));
            }
        }
    }

    public override string Format(TOptions options) => string.Join(", ", get(options));

    public override void Copy(TOptions from, TOptions to) => Replace(to, get(from));

    public override ConfigurationKey Describe(TOptions defaults) =>
        new(Name, $"list: {kind.Type}", "none", kind.Allowed, meaning, AppliesLive, kind.IsSecret);

    private void Replace(TOptions options, IEnumerable<string> items)
    {
        IList<string> list = get(options);
        list.Clear();
        foreach (string item in items)
        {
            list.Add(item);
        }
    }
}
