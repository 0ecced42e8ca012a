using Foolscap.Relay.Hosting;
using Microsoft.Extensions.Configuration;

namespace Foolscap.Relay.Tool.Configuration;

/// <summary>The configuration of a run: the file, the environment, and the options.</summary>
internal sealed class ToolConfiguration : IDisposable
{
    /// <summary><c>FOOLSCAP_RELAY_RELAY__FOLDER</c> is <c>Relay:Folder</c>.</summary>
    public const string EnvironmentPrefix = "FOOLSCAP_RELAY_";

    private const int EnvironmentLayer = 1;
    private const int OptionsLayer = 2;

    private readonly LayeredConfiguration _layers;
    private readonly Dictionary<string, string> _variables;

    private ToolConfiguration(string? file, LayeredConfiguration layers, Dictionary<string, string> variables)
    {
        File = file;
        _variables = variables;
        _layers = layers;
        Root = new ConfigurationBuilder().Add(layers).Build();
    }

    /// <summary>The file's full path, if there is one.</summary>
    public string? File { get; }

    /// <summary>Whether nobody has said anything: no file, no variable, no option.</summary>
    public bool IsEmpty => File is null && !Root.GetChildren().Any();

    /// <summary>All layers as one.</summary>
    public IConfigurationRoot Root { get; }

    /// <summary>What was wrong with what other files the configuration names.</summary>
    public IReadOnlyList<ConfigurationFault> Faults => _layers.Faults;

    /// <summary>Called when a file that has changed, or one that it names, cannot be read any more: the old values stay.</summary>
    public Action<string>? OnUnreadable { get; set; }

    /// <summary>Reads a configuration.</summary>
    /// <param name="file">The file, if there is one.</param>
    /// <param name="options">Keys and values of the command line.</param>
    /// <param name="withEnvironment">Whether the environment counts.</param>
    /// <param name="defaults">Values that count where nothing else says anything.</param>
    /// <exception cref="ToolException">The file is not there, or cannot be read.</exception>
    public static ToolConfiguration Load(
        string? file,
        IEnumerable<KeyValuePair<string, string?>> options,
        bool withEnvironment = true,
        IEnumerable<KeyValuePair<string, string?>>? defaults = null)
    {
        IConfigurationBuilder lowest = new ConfigurationBuilder().AddInMemoryCollection(defaults ?? []);
        string? path = file is null ? null : Path.GetFullPath(file);
        ConfigurationFile? source = path is null ? null : new ConfigurationFile(path);
        if (source is not null)
        {
            lowest.Add(source);
        }

        try
        {
            IConfigurationRoot environment = withEnvironment ? new ConfigurationBuilder().AddEnvironmentVariables(EnvironmentPrefix).Build() : Empty();
            LayeredConfiguration layers = new(
                [lowest.Build(), environment, new ConfigurationBuilder().AddInMemoryCollection(options).Build()], AttachSources.Expand);
            ToolConfiguration created = new(path, layers, withEnvironment ? ReadVariables() : []);
            layers.OnFault = fault => created.OnUnreadable?.Invoke($"{fault}.");
            source?.OnUnreadable = problem => created.OnUnreadable?.Invoke(problem);
            return created;
        }
        catch (ToolException)
        {
            source?.Dispose();
            throw;
        }
    }

    /// <summary>How a user has written a key: the name of the environment variable, if it comes from there, or what it comes from.</summary>
    public string DescribeKey(string key)
    {
        if (_layers.FindOrigin(key) is string origin)
        {
            return $"{key} ({origin})";
        }

        return IsFromEnvironment(key)
            ? _variables.Where(pair => pair.Key.Equals(key, StringComparison.OrdinalIgnoreCase) || pair.Key.StartsWith($"{key}:", StringComparison.OrdinalIgnoreCase))
                .Select(pair => pair.Value).FirstOrDefault(key)
            : key;
    }

    /// <summary>Whether an environment variable sets a key.</summary>
    public bool IsFromEnvironment(string key) => _layers.FindLayer(key) == EnvironmentLayer;

    /// <summary>Whether an option sets a key, or nothing does: then an option would.</summary>
    public bool IsFromOptions(string key) => _layers.FindOrigin(key) is null && _layers.FindLayer(key) is (null or OptionsLayer);

    /// <summary>Reads the file again, as if it had changed.</summary>
    public void Reload() => _layers.ReloadFile();

    public void Dispose()
    {
        (Root as IDisposable)?.Dispose();
        _layers.Dispose();
    }

    /// <summary>The variables that count, by their keys.</summary>
    private static Dictionary<string, string> ReadVariables()
    {
        Dictionary<string, string> variables = new(StringComparer.OrdinalIgnoreCase);
        foreach (string name in Environment.GetEnvironmentVariables().Keys.Cast<string>())
        {
            if (name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
            {
                variables[name[EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal)] = name;
            }
        }

        return variables;
    }

    private static IConfigurationRoot Empty() => new ConfigurationBuilder().Build();
}
