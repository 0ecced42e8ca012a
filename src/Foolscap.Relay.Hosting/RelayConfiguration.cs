using Foolscap.Relay.Hosting.Configuration;
using Microsoft.Extensions.Configuration;

namespace Foolscap.Relay.Hosting;

/// <summary>The schema of the configuration: its sections, its keys, and its faults. Thread-safe.</summary>
public static class RelayConfiguration
{
    /// <summary>The usual name of a relay's section.</summary>
    public const string ServerSection = "Relay";

    /// <summary>The usual name of a client's section.</summary>
    public const string ClientSection = "Attach";

    /// <summary>The keys of <see cref="RelayServiceOptions"/>.</summary>
    public static IReadOnlyList<ConfigurationKey> ServerKeys => ServerSchema.Instance.Keys;

    /// <summary>The keys of <see cref="RelayClientServiceOptions"/>.</summary>
    public static IReadOnlyList<ConfigurationKey> ClientKeys => ClientSchema.Instance.Keys;

    /// <summary>Finds all faults of a relay's section: keys that are not known, values that cannot be read, values that are not allowed.</summary>
    /// <param name="section">The section.</param>
    /// <param name="baseFolder">Where relative paths start; the current folder if not given.</param>
    /// <returns>The faults; none if a relay can be started with it, as far as that can be known before.</returns>
    public static IReadOnlyList<ConfigurationFault> FindServerFaults(IConfiguration section, string? baseFolder = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        return ServerSchema.Instance.FindFaults(section, baseFolder ?? Environment.CurrentDirectory);
    }

    /// <summary>Finds all faults of a client's section: keys that are not known, values that cannot be read, values that are not allowed.</summary>
    /// <param name="section">The section.</param>
    /// <param name="baseFolder">Where relative paths start; the current folder if not given.</param>
    /// <returns>The faults; none if a client can be started with it, as far as that can be known before.</returns>
    public static IReadOnlyList<ConfigurationFault> FindClientFaults(IConfiguration section, string? baseFolder = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        return ClientSchema.Instance.FindFaults(section, baseFolder ?? Environment.CurrentDirectory);
    }

    /// <summary>
    /// Finds all faults of the sections <see cref="ServerSection"/> and <see cref="ClientSection"/>, of which one must be there.
    /// Other sections are not looked at.
    /// </summary>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="baseFolder">Where relative paths start; the current folder if not given.</param>
    /// <returns>The faults of both.</returns>
    public static IReadOnlyList<ConfigurationFault> FindFaults(IConfiguration configuration, string? baseFolder = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        IConfigurationSection server = configuration.GetSection(ServerSection);
        IConfigurationSection client = configuration.GetSection(ClientSection);
        if (!server.Exists() && !client.Exists())
        {
            return [new ConfigurationFault(ServerSection, null, "is missing", $"a section {ServerSection}, for a relay, or {ClientSection}, for a client")];
        }

        return
        [
            .. server.Exists() ? FindServerFaults(server, baseFolder) : [],
            .. client.Exists() ? FindClientFaults(client, baseFolder) : [],
        ];
    }
}
