using Foolscap.Relay.AspNetCore;
using Foolscap.Relay.Hosting;
using Microsoft.Extensions.Configuration;

namespace Foolscap.Relay.Tool.Configuration;

/// <summary>The section <c>Admin</c>: where the status page, the metrics and the health of a process are served, if they are.</summary>
internal static class AdminSettings
{
    public const string Section = RelayAdminConfiguration.Section;
    public const string ListenKey = $"{Section}:Listen";
    public const string DefaultListen = "127.0.0.1:7001";

    private const string Off = "off";

    /// <summary>Whether anything is served.</summary>
    public static bool IsOn(IConfiguration configuration)
    {
        List<string> listen = [.. configuration.GetSection(ListenKey).GetChildren().Select(item => item.Value).Prepend(configuration[ListenKey]).OfType<string>()
            .Select(item => item.Trim()).Where(item => item.Length > 0)];
        return listen.Count > 0 && !(listen.Count == 1 && listen[0].Equals(Off, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Finds the faults of the section, also where it does not say where anything is served: 'serve' has a default for that.</summary>
    public static IReadOnlyList<ConfigurationFault> FindFaults(IConfiguration configuration) =>
        RelayAdminConfiguration.FindFaults((IsOn(configuration) ? configuration : WithoutListen(configuration)).GetSection(Section));

    /// <summary>"off" is this program's own word, and no address.</summary>
    private static IConfigurationRoot WithoutListen(IConfiguration configuration) => new ConfigurationBuilder()
        .AddInMemoryCollection(configuration.AsEnumerable().Where(pair => pair.Value is not null && !IsWithinListen(pair.Key)))
        .Build();

    private static bool IsWithinListen(string key) =>
        key.Equals(ListenKey, StringComparison.OrdinalIgnoreCase) || key.StartsWith($"{ListenKey}:", StringComparison.OrdinalIgnoreCase);
}
