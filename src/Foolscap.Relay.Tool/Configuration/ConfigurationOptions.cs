using System.CommandLine;
using Foolscap.Relay.Tool.CommandLine;

namespace Foolscap.Relay.Tool.Configuration;

/// <summary>The options of <c>serve</c> and <c>attach</c> that fill a configuration: each of them is a key.</summary>
internal sealed class ConfigurationOptions
{
    private readonly List<(Option Option, string Key, Func<ParseResult, IEnumerable<string>> Read)> _keys = [];

    public ConfigurationOptions()
    {
        Add("--admin", "ADDRESS", AdminSettings.ListenKey, "Where the status page, metrics and health are served, such as 127.0.0.1:7001; off for nowhere.");
        Add("--log-format", "auto|text|json", $"{LogSettings.Section}:Format", "How log lines look. auto is text on a terminal and in systemd's journal, and JSON lines anywhere else.");
        Add("--log-level", "LEVEL", $"{LogSettings.Section}:Level", "The least important events that are logged: trace, debug, information, warning or error.");
    }

    public Option<string> File { get; } = new("--config", "-c")
    {
        Description = "A configuration file (JSON). Environment variables override it, and options override both. See 'foolscap-relay check-config --keys'.",
        HelpName = "FILE",
    };

    public Option<string[]> Set { get; } = new("--set")
    {
        Description = "Sets any key of the configuration, such as Relay:Limits:MaxStreams=500. May be given more than once.",
        HelpName = "KEY=VALUE",
        CustomParser = result => Arguments.ReadAll(result, text => text.IndexOf('=', StringComparison.Ordinal) > 0
            ? text
            : throw new FormatException("It must be KEY=VALUE, such as Relay:Limits:MaxStreams=500.")),
    };

    /// <summary>All options, in the order in which they were added.</summary>
    public IEnumerable<Option> All => [.. _keys.Select(key => key.Option), File, Set];

    /// <summary>Which option sets which key, for messages.</summary>
    public IReadOnlyDictionary<string, string> Names => _keys.GroupBy(key => key.Key).ToDictionary(group => group.Key, group => group.First().Option.Name);

    /// <summary>Adds an option with one text.</summary>
    public Option<string> Add(string name, string helpName, string key, string description, Func<string, string>? convert = null)
    {
        Option<string> option = new(name) { Description = description, HelpName = helpName };
        _keys.Insert(Place, (option, key, parsed => parsed.GetValue(option) is string text ? [convert?.Invoke(text) ?? text] : []));
        return option;
    }

    /// <summary>Adds an option that may be given several times.</summary>
    public Option<string[]> AddList(string name, string helpName, string key, string description, params string[] aliases)
    {
        Option<string[]> option = new(name, aliases) { Description = description, HelpName = helpName };
        _keys.Insert(Place, (option, key, parsed => parsed.GetValue(option) ?? []));
        return option;
    }

    /// <summary>Adds an option that turns something off.</summary>
    public void AddSwitch(string name, string key, string value, string description)
    {
        Option<bool> option = new(name) { Description = description };
        _keys.Insert(Place, (option, key, parsed => parsed.GetValue(option) ? [value] : []));
    }

    /// <summary>The keys and values of a command line, those of --set last.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Read(ParseResult parsed)
    {
        foreach ((Option option, string key, Func<ParseResult, IEnumerable<string>> read) in _keys)
        {
            bool isList = option is Option<string[]>;
            foreach ((string value, int index) in read(parsed).Select((value, index) => (value, index)))
            {
                yield return KeyValuePair.Create(isList ? $"{key}:{index}" : key, (string?)value);
            }
        }

        foreach (string pair in parsed.GetValue(Set) ?? [])
        {
            int split = pair.IndexOf('=', StringComparison.Ordinal);
            yield return KeyValuePair.Create(pair[..split].Trim(), (string?)pair[(split + 1)..].Trim());
        }
    }

    /// <summary>A command's own options come before those that all commands have.</summary>
    private int Place => _keys.FindIndex(key => key.Option.Name == "--admin") is >= 0 and int index && _keys.Count > 2 ? index : _keys.Count;
}
