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

    private readonly Lock _gate = new();
    private readonly IConfigurationRoot[] _layers;
    private readonly IDisposable[] _registrations;
    private readonly Expand _expand;
    private Dictionary<string, int> _layerOf = [];
    private Dictionary<string, string> _origins = [];
    private bool _isRead;
    private bool _isReloading;

    /// <summary>Creates the source.</summary>
    /// <param name="layers">The layers, the lowest first; they belong to this from now on.</param>
    /// <param name="expand">Called for each reading.</param>
    public LayeredConfiguration(IEnumerable<IConfigurationRoot> layers, Expand expand)
    {
        _layers = [.. layers];
        _expand = expand;
        _registrations = [.. _layers.Select(layer => ChangeToken.OnChange(layer.GetReloadToken, Reread))];
    }

    /// <summary>Fills in what follows from the rest.</summary>
    /// <param name="data">All keys and values, to be changed.</param>
    /// <param name="origins">By key, where a value that is filled in comes from, in words.</param>
    /// <returns>What is wrong with it.</returns>
    public delegate IReadOnlyList<ConfigurationFault> Expand(IDictionary<string, string?> data, IDictionary<string, string> origins);

    /// <summary>What was wrong at the first reading, apart from what the values themselves are.</summary>
    public IReadOnlyList<ConfigurationFault> Faults { get; private set; } = [];

    /// <summary>Called with each of the faults of a later reading, of which nothing is used.</summary>
    public Action<ConfigurationFault>? OnFault { get; set; }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public override void Load()
    {
        // A file that changes and a signal may have it read twice at once: what was read last must stay.
        lock (_gate)
        {
            Read();
        }
    }

    /// <summary>The number of the layer that has a key, or a key below it; null if none has.</summary>
    public int? FindLayer(string key) => _layerOf.TryGetValue(key, out int exact) ? exact
        : _layerOf.Where(pair => IsWithin(pair.Key, key)).Select(pair => (int?)pair.Value).FirstOrDefault();

    /// <summary>Where a value that was filled in comes from, in words; null if it was not.</summary>
    public string? FindOrigin(string key) => _origins.GetValueOrDefault(key);

    /// <summary>Reads the lowest layer, the file, again.</summary>
    public void ReloadFile()
    {
        // It tells of its change twice: once for its source, and once for all of them.
        Volatile.Write(ref _isReloading, true);
        try
        {
            _layers[0].Reload();
        }
        finally
        {
            Volatile.Write(ref _isReloading, false);
        }

        Reread();
    }

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

    private void Read()
    {
        Dictionary<string, string?> data = new(StringComparer.OrdinalIgnoreCase);
        Dictionary<string, int> layerOf = new(StringComparer.OrdinalIgnoreCase);
        foreach ((IConfigurationRoot layer, int number) in _layers.Select((layer, number) => (layer, number)))
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
                layerOf[key] = number;
            }
        }

        Dictionary<string, string> origins = new(StringComparer.OrdinalIgnoreCase);
        IReadOnlyList<ConfigurationFault> faults = _expand(data, origins);
        if (_isRead && faults.Count > 0)
        {
            foreach (ConfigurationFault fault in faults)
            {
                OnFault?.Invoke(fault);
            }

            return;
        }

        (Faults, Data, _layerOf, _origins, _isRead) = (faults, data, layerOf, origins, true);
    }

    private void Reread()
    {
        if (Volatile.Read(ref _isReloading))
        {
            return;
        }

        Load();
        OnReload();
    }
}
