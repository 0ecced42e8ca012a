using Foolscap.Relay.Server;
using Microsoft.Extensions.DependencyInjection;

namespace Foolscap.Relay.Hosting;

/// <summary>Says more about a relay that has been added to a host's services.</summary>
public sealed class RelayServerBuilder
{
    internal RelayServerBuilder(IServiceCollection services, string name) => (Services, Name) = (services, name);

    /// <summary>The host's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The name of the relay; empty if it has none.</summary>
    public string Name { get; }

    /// <summary>
    /// Changes what the relay is started with, in ways that no configuration can say: policies, an observer. With a registration
    /// policy of your own and <see cref="RelayServiceOptions.AllowedTubs"/>, both must allow. Limits belong into
    /// <see cref="RelayServiceOptions.Limits"/>: a reload that changes one puts all of those in the place of others.
    /// </summary>
    /// <param name="configure">Makes new options of the given ones, when the host starts.</param>
    /// <returns>This builder.</returns>
    public RelayServerBuilder ConfigureServer(Func<RelayServerOptions, IServiceProvider, RelayServerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Services.AddKeyedSingleton(Name, configure);
        return this;
    }
}
