using Foolscap.Relay.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Foolscap.Relay.Tool.Configuration;

/// <summary>
/// One configuration of three: a file, above it the environment, above that the options of the command line. A list that one of
/// them has takes the place of the list below it; .NET's own layers would mix the two, item by item.
/// </summary>
internal sealed class LayeredConfiguration : ConfigurationProvider, IConfigurationSource, IDisposable
{
    public static readonly IReadOnlyList<string> Lists =
        [$"{RelayConfiguration.ServerSection}:Listen", $"{RelayConfiguration.ServerSection}:Hints", $"{RelayConfiguration.ClientSection}:Relays", AttachSources.RelayFilesKey, AdminSettings.ListenKey];

    private readonly IConfigurationRoot[] _layers;
    private readonly IDisposable[] _registrations;
    private readonly Func<IDictionary<string, string?>, IReadOnlyList<ConfigurationFault>> _expand;

    /// <summary>Creates the source.</summary>
    /// <param name="layers">The layers, the lowest first; they belong to this from now on.</param>
    /// <param name="expand">Fills in what follows from the rest; called for each reading.</param>
    public LayeredConfiguration(IEnumerable<IConfigurationRoot> layers, Func<IDictionary<string, string?>, IReadOnlyList<ConfigurationFault>> expand)
    {
        _layers = [.. layers];
        _expand = expand;
        _registrations = [.. _layers.Select(layer => ChangeToken.OnChange(layer.GetReloadToken, Reread))];
    }

    /// <summary>What was wrong at the last reading, apart from what the values themselves are.</summary>
    public IReadOnlyList<ConfigurationFault> Faults { get; private set; } = [];

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public override void Load()
    {
        Dictionary<string, string?> data = new(StringComparer.OrdinalIgnoreCase);
        foreach (IConfigurationRoot layer in _layers)
        {
            foreach (string list in Lists.Where(list => layer.GetSection(list).Exists()))
            {
                foreach (string key in data.Keys.Where(key => IsWithin(key, list)).ToList())
                {
                    data.Remove(key);
                }
            }

            foreach ((string key, string? value) in layer.AsEnumerable().Where(pair => pair.Value is not null))
            {
                data[key] = value;
            }
        }

        Faults = _expand(data);
        Data = data;
    }

    /// <summary>Reads the lowest layer, the file, again.</summary>
    public void ReloadFile() => _layers[0].Reload();

    public void Dispose()
    {
        foreach (IDisposable registration in _registrations)
        {
            registration.Dispose();
        }

        foreach (IConfigurationRoot layer in _layers)
        {
            (layer as IDisposable)?.Dispose();
        }
    }

    private static bool IsWithin(string key, string list) =>
        key.StartsWith(list, StringComparison.OrdinalIgnoreCase) && (key.Length == list.Length || key[list.Length] == ':');

    private void Reread()
    {
        Load();
        OnReload();
    }
}
