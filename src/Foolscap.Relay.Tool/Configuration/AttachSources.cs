using System.Globalization;
using Foolscap.Relay.Hosting;
using Foolscap.Relay.Tool.Attach;

namespace Foolscap.Relay.Tool.Configuration;

/// <summary>
/// The two keys that this program adds to the section of a client: files with registrar FURLs, so that the secret stands
/// neither in the configuration nor in a list of processes, and the folder of a Tahoe-LAFS node.
/// </summary>
internal static class AttachSources
{
    public const string RelayFilesKey = $"{RelayConfiguration.ClientSection}:RelayFiles";
    public const string TahoeKey = $"{RelayConfiguration.ClientSection}:Tahoe";

    /// <summary>Where the rest of the program finds the node's folder: beside the section, which a client's schema judges.</summary>
    public const string TahoeFolderKey = "TahoeFolder";

    private const string RelaysKey = $"{RelayConfiguration.ClientSection}:Relays";
    private const string TubPemKey = $"{RelayConfiguration.ClientSection}:TubPem";
    private const string TargetKey = $"{RelayConfiguration.ClientSection}:Target";

    public static readonly IReadOnlyList<ConfigurationKey> Keys =
    [
        new("RelayFiles", "list: path", "none", "files with one registrar FURL a line", "Files that hold registrar FURLs, besides those in Relays.", false, false),
        new("Tahoe", "path", "none", "the folder of a Tahoe-LAFS node", "Takes TubPem and Target from the node, where they are not given.", false, false),
    ];

    /// <summary>Replaces both keys by what they stand for.</summary>
    /// <returns>What is wrong with them.</returns>
    public static IReadOnlyList<ConfigurationFault> Expand(IDictionary<string, string?> data, IDictionary<string, string> origins)
    {
        List<ConfigurationFault> faults = [];
        foreach (string key in data.Keys.Where(key => IsItemOf(key, RelaysKey) && data[key] is string text && !text.Contains("pb:", StringComparison.OrdinalIgnoreCase) && File.Exists(text)).ToList())
        {
            faults.Add(new ConfigurationFault(key, data[key], "is the name of a file", "a registrar FURL") { Advice = "A file with the FURL is given by --relay-file, or in Attach:RelayFiles." });
            data.Remove(key);
        }

        foreach (string key in data.Keys.Where(key => IsItemOf(key, RelayFilesKey)).Order(StringComparer.Ordinal).ToList())
        {
            AddRelays(data, origins, key, data[key], faults);
            data.Remove(key);
        }

        if (data.TryGetValue(TahoeKey, out string? folder) && !string.IsNullOrWhiteSpace(folder))
        {
            AddTahoe(data, folder, faults);
            data[TahoeFolderKey] = folder;
        }

        data.Remove(TahoeKey);
        return faults;
    }

    private static void AddRelays(IDictionary<string, string?> data, IDictionary<string, string> origins, string key, string? path, List<ConfigurationFault> faults)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            return;
        }

        try
        {
            (string Text, int Number)[] lines = [.. File.ReadLines(path).Select((line, index) => (Text: line.Trim(), index + 1)).Where(line => line.Text.Length > 0 && line.Text[0] != '#')];
            if (lines.Length == 0)
            {
                faults.Add(new ConfigurationFault(key, path, "holds no FURL", "a file with one registrar FURL a line"));
            }

            int next = data.Keys.Count(one => IsItemOf(one, RelaysKey));
            foreach ((string text, int number) in lines)
            {
                data[$"{RelaysKey}:{next.ToString("D3", CultureInfo.InvariantCulture)}"] = text;
                origins[$"{RelaysKey}:{next.ToString(CultureInfo.InvariantCulture)}"] = $"line {number.ToString(CultureInfo.InvariantCulture)} of {path}";
                next++;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            string problem = exception is FileNotFoundException or DirectoryNotFoundException ? "is not there" : Directory.Exists(path) ? "is a folder" : $"cannot be read: {exception.Message.TrimEnd('.')}";
            faults.Add(new ConfigurationFault(key, path, problem, "a file with one registrar FURL a line"));
        }
    }

    private static void AddTahoe(IDictionary<string, string?> data, string folder, List<ConfigurationFault> faults)
    {
        TahoeNode node;
        try
        {
            node = TahoeNode.Read(folder);
        }
        catch (ToolException exception)
        {
            faults.Add(ToFault(exception));
            return;
        }

        Fill(TubPemKey, node.FindPem);
        Fill(TargetKey, () => node.FindTarget().ToString());

        void Fill(string key, Func<string> find)
        {
            if (data.ContainsKey(key))
            {
                return;
            }

            try
            {
                data[key] = find();
            }
            catch (ToolException exception)
            {
                faults.Add(ToFault(exception));
            }
        }

        ConfigurationFault ToFault(ToolException exception) =>
            new(TahoeKey, folder, $"cannot be used: {exception.Message.TrimEnd('.')}", "the folder of a Tahoe-LAFS node") { Advice = exception.Advice };
    }

    private static bool IsItemOf(string key, string list) =>
        key.Equals(list, StringComparison.OrdinalIgnoreCase) || key.StartsWith(list + ':', StringComparison.OrdinalIgnoreCase);
}
