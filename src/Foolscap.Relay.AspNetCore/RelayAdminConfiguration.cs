using Foolscap.Relay.AspNetCore.Configuration;
using Foolscap.Relay.Hosting;
using Microsoft.Extensions.Configuration;

namespace Foolscap.Relay.AspNetCore;

/// <summary>The schema of the admin endpoint's section. Thread-safe.</summary>
public static class RelayAdminConfiguration
{
    /// <summary>The usual name of the section.</summary>
    public const string Section = "Admin";

    /// <summary>The keys of <see cref="RelayAdminOptions"/>.</summary>
    public static IReadOnlyList<ConfigurationKey> Keys => AdminSchema.Instance.Keys;

    /// <summary>Finds all faults of the section: keys that are not known, values that cannot be read, values that are not allowed.</summary>
    /// <param name="section">The section.</param>
    /// <returns>The faults; none if the endpoint can be started with it, as far as that can be known before.</returns>
    public static IReadOnlyList<ConfigurationFault> FindFaults(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return AdminSchema.Instance.FindFaults(section, Environment.CurrentDirectory);
    }
}
