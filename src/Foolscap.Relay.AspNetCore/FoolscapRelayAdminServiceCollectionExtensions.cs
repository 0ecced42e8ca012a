using Foolscap.Relay.AspNetCore;
using Foolscap.Relay.AspNetCore.Configuration;
using Foolscap.Relay.AspNetCore.Metrics;
using Foolscap.Relay.AspNetCore.Status;
using Foolscap.Relay.AspNetCore.Web;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the admin endpoint to a host: status page, metrics, health.</summary>
public static class FoolscapRelayAdminServiceCollectionExtensions
{
    /// <summary>
    /// Adds the admin endpoint for the relay and the relay client that the host runs without a name
    /// (<c>AddFoolscapRelayServer</c>, <c>AddFoolscapRelayClient</c>). It listens by itself
    /// (<see cref="RelayAdminOptions.Listen"/>); the host need not be a web application.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Fills its options.</param>
    /// <returns>The host's services.</returns>
    /// <exception cref="InvalidOperationException">It was added for a name.</exception>
    public static IServiceCollection AddFoolscapRelayAdmin(this IServiceCollection services, Action<RelayAdminOptions>? configure = null) =>
        Add(services, "", section: null, configure);

    /// <summary>Adds the admin endpoint, with options from a configuration.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="section">The section that fills its options (<see cref="RelayAdminConfiguration.Keys"/>).</param>
    /// <returns>The host's services.</returns>
    /// <exception cref="InvalidOperationException">It was added for a name.</exception>
    public static IServiceCollection AddFoolscapRelayAdmin(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return Add(services, "", section, configure: null);
    }

    /// <summary>Adds the admin endpoint for the relay and the client that the host runs under a name. A host has one admin endpoint.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The name.</param>
    /// <param name="configure">Fills its options.</param>
    /// <returns>The host's services.</returns>
    /// <exception cref="InvalidOperationException">It was added for another name, or without one.</exception>
    public static IServiceCollection AddFoolscapRelayAdmin(this IServiceCollection services, string name, Action<RelayAdminOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Add(services, name, section: null, configure);
    }

    /// <summary>
    /// Adds the admin endpoint for the relay and the client that the host runs under a name, with options from a configuration. A host has one
    /// admin endpoint.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The name.</param>
    /// <param name="section">The section that fills its options (<see cref="RelayAdminConfiguration.Keys"/>).</param>
    /// <returns>The host's services.</returns>
    /// <exception cref="InvalidOperationException">It was added for another name.</exception>
    public static IServiceCollection AddFoolscapRelayAdmin(this IServiceCollection services, string name, IConfiguration section)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(section);
        return Add(services, name, section, configure: null);
    }

    private static IServiceCollection Add(IServiceCollection services, string name, IConfiguration? section, Action<RelayAdminOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        AdminSubject? added = services.Select(descriptor => descriptor.IsKeyedService ? null : descriptor.ImplementationInstance).OfType<AdminSubject>().FirstOrDefault();
        if (added is not null && added.Name != name)
        {
            throw new InvalidOperationException($"The host's admin endpoint shows {added}, and cannot show {new AdminSubject(name)} as well: a host has one.");
        }

        FoolscapRelayServiceCollectionExtensions.AddOptions(services, Options.Options.DefaultName, AdminSchema.Instance, section, configure);
        if (added is not null)
        {
            return services; // A second call only says more about the first one's.
        }

        services.AddSingleton(new AdminSubject(name));
        services.AddHealthChecks();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<EventFeed>();
        services.AddSingleton<MetricsCollector>();
        services.AddSingleton(provider => new RelaySource(provider, name));
        services.AddSingleton<RelayMonitor>();
        services.AddSingleton<AdminGuard>();
        services.AddSingleton<AdminEndpoints>();
        services.AddSingleton<AdminService>();
        services.AddSingleton<IFoolscapRelayAdmin>(provider => provider.GetRequiredService<AdminService>());
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<AdminService>());
        services.AddSingleton<IPostConfigureOptions<HealthCheckServiceOptions>>(provider => new RelayHealthChecks(provider, name));
        return services;
    }

    /// <summary>The name of the relay and the client that the endpoint shows.</summary>
    private sealed record AdminSubject(string Name)
    {
        public override string ToString() => Name.Length > 0 ? $"what was added as \"{Name}\"" : "what was added without a name";
    }
}
