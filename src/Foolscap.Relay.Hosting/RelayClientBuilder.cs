using Foolscap.Relay.Client;
using Foolscap.Tubs;
using Microsoft.Extensions.DependencyInjection;

namespace Foolscap.Relay.Hosting;

/// <summary>Says more about a relay client that has been added to a host's services.</summary>
public sealed class RelayClientBuilder
{
    internal RelayClientBuilder(IServiceCollection services, string name) => (Services, Name) = (services, name);

    /// <summary>The host's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The name of the client; empty if it has none.</summary>
    public string Name { get; }

    /// <summary>Changes what the client is started with, in ways that no configuration can say: an observer, a proxy.</summary>
    /// <param name="configure">Makes new options of the given ones, when the host starts.</param>
    /// <returns>This builder.</returns>
    public RelayClientBuilder ConfigureClient(Func<RelayClientOptions, IServiceProvider, RelayClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Services.AddKeyedSingleton(Name, configure);
        return this;
    }

    /// <summary>Prepares the Tub before it is registered with a relay: the objects that it offers.</summary>
    /// <param name="configure">Is called once, when the host starts.</param>
    /// <returns>This builder.</returns>
    public RelayClientBuilder ConfigureTub(Action<Tub, IServiceProvider> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Services.AddKeyedSingleton(Name, configure);
        return this;
    }
}
