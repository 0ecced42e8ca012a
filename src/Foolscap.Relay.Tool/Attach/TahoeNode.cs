using System.Globalization;
using System.Net;

namespace Foolscap.Relay.Tool.Attach;

/// <summary>What there is to know of a Tahoe-LAFS node from its folder: where it listens, and what it tells others of that.</summary>
internal sealed class TahoeNode
{
    private const string NodeSection = "node";
    private const string StorageSection = "storage";

    private readonly Dictionary<string, string> _settings;

    private TahoeNode(string folder, Dictionary<string, string> settings)
    {
        Folder = folder;
        _settings = settings;
    }

    public string Folder { get; }

    /// <summary>Its certificate and private key.</summary>
    public string PemFile => Path.Combine(Folder, "private", "node.pem");

    public string ConfigurationFile => Path.Combine(Folder, "tahoe.cfg");

    /// <summary>Where it listens, as <c>tahoe.cfg</c> says it, or as the node chose it at its first start.</summary>
    public string? TubPort => Setting("tub.port") ?? ReadChosenPort();

    /// <summary>What it tells others, as <c>tahoe.cfg</c> says it.</summary>
    public string? TubLocation => Setting("tub.location");

    /// <summary>Whether the node may tell others addresses: it refuses <c>tcp:</c> hints otherwise.</summary>
    public bool RevealsAddress => !IsOff(Setting("reveal-ip-address"));

    /// <summary>
    /// Whether Tahoe-LAFS 1.19 and later offer this node's storage by HTTPS as well. Their clients then use nothing else, and
    /// such a request names no Tub: no relay can tell whom it is for.
    /// </summary>
    public bool OffersStorageByHttps => !IsOff(Setting("enabled", StorageSection)) && Setting("force_foolscap", StorageSection)?.ToLowerInvariant() is not ("true" or "yes" or "on" or "1");

    /// <summary>Reads a node's folder.</summary>
    /// <exception cref="ToolException">It is not the folder of a node.</exception>
    public static TahoeNode Read(string folder)
    {
        folder = Path.GetFullPath(folder);
        string file = Path.Combine(folder, "tahoe.cfg");
        if (!File.Exists(file))
        {
            RequireReadable(folder);
            throw new ToolException($"{folder} is not the folder of a Tahoe-LAFS node: there is no tahoe.cfg in it.", "Give the node's folder, such as ~/.tahoe.");
        }

        try
        {
            return new TahoeNode(folder, ReadSettings(File.ReadLines(file)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{file} cannot be read: {exception.Message}", "Run this as the user that the node runs as.");
        }
    }

    /// <summary>Its certificate and private key, which is there.</summary>
    /// <exception cref="ToolException">The node has not made it yet, or this user cannot see it.</exception>
    public string FindPem()
    {
        if (!File.Exists(PemFile))
        {
            RequireReadable(Path.GetDirectoryName(PemFile)!);
            throw new ToolException($"The node in {Folder} has never been started: there is no private/node.pem in it.", "Start it once: it makes that file.");
        }

        return PemFile;
    }

    /// <summary>The address at which the node listens, as seen from this machine.</summary>
    /// <exception cref="ToolException">It listens nowhere that can be connected to.</exception>
    public IPEndPoint FindTarget()
    {
        string port = TubPort ?? throw new ToolException(
            $"The node in {Folder} has no tub.port, and has never been started.",
            "Put 'tub.port = tcp:3457:interface=127.0.0.1' into the section [node] of its tahoe.cfg, with a port of your choice.");
        if (port.Trim().Equals("disabled", StringComparison.OrdinalIgnoreCase))
        {
            throw new ToolException(
                $"The node in {Folder} does not listen: its tub.port is 'disabled'.",
                "Put 'tub.port = tcp:3457:interface=127.0.0.1' into the section [node] of its tahoe.cfg, with a port of your choice, and start the node again.");
        }

        // Several endpoints stand in one line, with commas between.
        foreach (string endpoint in port.Split(','))
        {
            if (TryParse(endpoint.Trim(), out IPEndPoint? address))
            {
                return address;
            }
        }

        throw new ToolException(
            $"The tub.port of the node in {Folder} is '{port}', which is no TCP port that this program can connect to.",
            "Put 'tub.port = tcp:3457:interface=127.0.0.1' into the section [node] of its tahoe.cfg, or say with --target where it listens.");
    }

    /// <summary>Reads one server endpoint of Twisted: <c>tcp:3457:interface=127.0.0.1</c>, <c>tcp:port=3457</c>, or a port alone.</summary>
    internal static bool TryParse(string endpoint, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPEndPoint? address)
    {
        address = null;
        List<string> parts = SplitEscaped(endpoint);
        bool isTyped = parts[0] is "tcp" or "tcp4" or "tcp6";
        if (!isTyped && parts.Count > 1)
        {
            return false;
        }

        IPAddress listen = parts[0] == "tcp6" ? IPAddress.IPv6Any : IPAddress.Any;
        int? port = null;
        foreach ((string part, int index) in parts.Skip(isTyped ? 1 : 0).Select((part, index) => (part, index)))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            (string key, string value) = equals > 0 ? (part[..equals], part[(equals + 1)..]) : (index == 0 ? "port" : "", part);
            if (key == "port" && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                port = number;
            }
            else if (key == "interface" && value.Length > 0 && !IPAddress.TryParse(value, out listen!))
            {
                return false;
            }
        }

        if (port is not (> 0 and <= IPEndPoint.MaxPort))
        {
            return false;
        }

        // What listens on all addresses listens on loopback too.
        listen = listen.Equals(IPAddress.Any) ? IPAddress.Loopback : listen.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : listen;
        address = new IPEndPoint(listen, port.Value);
        return true;
    }

    /// <summary>A file in a folder that may not be read looks as if it were not there.</summary>
    private static void RequireReadable(string folder)
    {
        try
        {
            _ = Directory.EnumerateFileSystemEntries(folder).Any();
        }
        catch (UnauthorizedAccessException)
        {
            throw new ToolException($"{folder} may not be read by this user.", "Run this as the user that the node runs as.");
        }
        catch (IOException)
        {
            // It is not there, then.
        }
    }

    private static List<string> SplitEscaped(string endpoint)
    {
        List<string> parts = [""];
        for (int index = 0; index < endpoint.Length; index++)
        {
            if (endpoint[index] == '\\' && index + 1 < endpoint.Length)
            {
                parts[^1] += endpoint[++index];
            }
            else if (endpoint[index] == ':')
            {
                parts.Add("");
            }
            else
            {
                parts[^1] += endpoint[index];
            }
        }

        return parts;
    }

    /// <summary>All settings by the rules of Python's configparser: names in any case, comments on lines of their own.</summary>
    private static Dictionary<string, string> ReadSettings(IEnumerable<string> lines)
    {
        Dictionary<string, string> settings = new(StringComparer.OrdinalIgnoreCase);
        string section = "";
        foreach (string line in lines)
        {
            string text = line.Trim();
            if (text.Length == 0 || text[0] is '#' or ';')
            {
                continue;
            }

            if (text[0] == '[' && text[^1] == ']')
            {
                section = text[1..^1];
                continue;
            }

            int split = text.AsSpan().IndexOfAny('=', ':');
            if (split > 0)
            {
                settings[KeyOf(section, text[..split].Trim())] = text[(split + 1)..].Trim();
            }
        }

        return settings;
    }

    private static string KeyOf(string section, string name) => $"[{section}]{name}";

    private static bool IsOff(string? value) => value?.ToLowerInvariant() is "false" or "no" or "off" or "0";

    private string? Setting(string name, string section = NodeSection) =>
        _settings.TryGetValue(KeyOf(section, name), out string? value) && value.Length > 0 ? value : null;

    /// <summary>A node without tub.port takes any free port at its first start, and keeps it in this file.</summary>
    private string? ReadChosenPort()
    {
        string file = Path.Combine(Folder, "client.port");
        return File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } port ? port : null;
    }
}
