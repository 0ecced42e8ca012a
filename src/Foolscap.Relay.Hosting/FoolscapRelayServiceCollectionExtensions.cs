using Foolscap.Relay.Hosting;
using Foolscap.Relay.Hosting.Configuration;
using Foolscap.Relay.Hosting.Services;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds relays and relay clients to a host.</summary>
public static class FoolscapRelayServiceCollectionExtensions
{
    /// <summary>Adds a relay, which runs as long as the host does (<see cref="IFoolscapRelay"/>).</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Fills its options, after what a section has filled.</param>
    /// <returns>To say more about it.</returns>
    public static RelayServerBuilder AddFoolscapRelayServer(this IServiceCollection services, Action<RelayServiceOptions>? configure = null) =>
        AddServer(services, Options.Options.DefaultName, section: null, configure);

    /// <summary>
    /// Adds a relay, which runs as long as the host does (<see cref="IFoolscapRelay"/>). A change of the section's limits takes
    /// effect without a restart.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="section">The section of a configuration that fills its options (<see cref="RelayConfiguration.ServerKeys"/>).</param>
    /// <returns>To say more about it.</returns>
    public static RelayServerBuilder AddFoolscapRelayServer(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return AddServer(services, Options.Options.DefaultName, section, configure: null);
    }

    /// <summary>Adds one of several relays, which is injected by its name (<see cref="IFoolscapRelay"/>).</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">Its name: the key of the services, and the name of the options.</param>
    /// <param name="configure">Fills its options, after what a section has filled.</param>
    /// <returns>To say more about it.</returns>
    public static RelayServerBuilder AddFoolscapRelayServer(this IServiceCollection services, string name, Action<RelayServiceOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return AddServer(services, name, section: null, configure);
    }

    /// <summary>Adds one of several relays, which is injected by its name (<see cref="IFoolscapRelay"/>).</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">Its name: the key of the services, and the name of the options.</param>
    /// <param name="section">The section of a configuration that fills its options.</param>
    /// <returns>To say more about it.</returns>
    public static RelayServerBuilder AddFoolscapRelayServer(this IServiceCollection services, string name, IConfiguration section)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(section);
        return AddServer(services, name, section, configure: null);
    }

    /// <summary>Adds a relay client, which keeps a Tub reachable as long as the host runs (<see cref="IFoolscapRelayClient"/>).</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Fills its options, after what a section has filled.</param>
    /// <returns>To say more about it.</returns>
    public static RelayClientBuilder AddFoolscapRelayClient(this IServiceCollection services, Action<RelayClientServiceOptions>? configure = null) =>
        AddClient(services, Options.Options.DefaultName, section: null, configure);

    /// <summary>Adds a relay client, which keeps a Tub reachable as long as the host runs (<see cref="IFoolscapRelayClient"/>).</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="section">The section of a configuration that fills its options (<see cref="RelayConfiguration.ClientKeys"/>).</param>
    /// <returns>To say more about it.</returns>
    public static RelayClientBuilder AddFoolscapRelayClient(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return AddClient(services, Options.Options.DefaultName, section, configure: null);
    }

    /// <summary>Adds one of several relay clients, which is injected by its name (<see cref="IFoolscapRelayClient"/>).</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">Its name: the key of the services, and the name of the options.</param>
    /// <param name="configure">Fills its options, after what a section has filled.</param>
    /// <returns>To say more about it.</returns>
    public static RelayClientBuilder AddFoolscapRelayClient(this IServiceCollection services, string name, Action<RelayClientServiceOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return AddClient(services, name, section: null, configure);
    }

    /// <summary>Adds one of several relay clients, which is injected by its name (<see cref="IFoolscapRelayClient"/>).</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">Its name: the key of the services, and the name of the options.</param>
    /// <param name="section">The section of a configuration that fills its options.</param>
    /// <returns>To say more about it.</returns>
    public static RelayClientBuilder AddFoolscapRelayClient(this IServiceCollection services, string name, IConfiguration section)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(section);
        return AddClient(services, name, section, configure: null);
    }

    private static RelayServerBuilder AddServer(IServiceCollection services, string name, IConfiguration? section, Action<RelayServiceOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        AddOptions(services, name, ServerSchema.Instance, section, configure);
        if (AddService<RelayService, IFoolscapRelay>(services, name, provider => new RelayService(provider, name)))
        {
            services.AddSingleton(new RelayName(name));
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<HostOptions>, HostShutdown>());
        }

        return new RelayServerBuilder(services, name);
    }

    private static RelayClientBuilder AddClient(IServiceCollection services, string name, IConfiguration? section, Action<RelayClientServiceOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        AddOptions(services, name, ClientSchema.Instance, section, configure);
        AddService<RelayClientService, IFoolscapRelayClient>(services, name, provider => new RelayClientService(provider, name));
        return new RelayClientBuilder(services, name);
    }

    /// <summary>Adds options that a schema binds from a section, validates at start, and reloads.</summary>
    internal static void AddOptions<TOptions>(
        IServiceCollection services, string name, Schema<TOptions> schema, IConfiguration? section, Action<TOptions>? configure)
        where TOptions : class, new()
    {
        services.AddOptions<TOptions>(name).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, OptionsValidator<TOptions>>(
            provider => new OptionsValidator<TOptions>(schema, provider.GetServices<SectionBinding<TOptions>>(), provider.GetService<IHostEnvironment>())));
        if (section is not null)
        {
            SectionBinding<TOptions> binding = new(name, section, schema);
            services.AddSingleton(binding);
            services.AddSingleton<IConfigureOptions<TOptions>>(binding);
            services.AddSingleton<IOptionsChangeTokenSource<TOptions>>(provider => new SectionReload<TOptions>(
                name,
                section,
                provider.GetRequiredService<IOptionsFactory<TOptions>>(),
                HostingLog.Of(provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance)));
        }

        if (configure is not null)
        {
            services.Configure(name, configure);
        }
    }

    /// <summary>Adds a hosted service under its name; one without a name is also found without.</summary>
    /// <returns>Whether it was not there already: a second call only says more about the first one's.</returns>
    private static bool AddService<TService, TInterface>(IServiceCollection services, string name, Func<IServiceProvider, TService> create)
        where TService : class, TInterface, IHostedService
        where TInterface : class
    {
        if (services.Any(descriptor => descriptor.ServiceType == typeof(TService) && name.Equals(descriptor.ServiceKey)))
        {
            return false;
        }

        services.AddKeyedSingleton(name, (provider, _) => create(provider));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<TService>(name));
        if (name == Options.Options.DefaultName)
        {
            services.AddSingleton<TInterface>(provider => provider.GetRequiredKeyedService<TService>(name));
        }
        else
        {
            services.AddKeyedSingleton<TInterface>(name, (provider, _) => provider.GetRequiredKeyedService<TService>(name));
        }

        return true;
    }
}
