using Foolscap.Relay.AspNetCore.Kestrel;
using Foolscap.Relay.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Serves relays on Kestrel's ports.</summary>
public static class FoolscapRelayListenOptionsExtensions
{
    /// <summary>
    /// Serves a relay on this port, and nothing else. The relay is one that the same host runs
    /// (<see cref="FoolscapRelayServiceCollectionExtensions.AddFoolscapRelayServer(IServiceCollection, Action{RelayServiceOptions}?)"/>);
    /// its options need no <see cref="RelayServiceOptions.Listen"/>, but <see cref="RelayServiceOptions.Hints"/> that lead to this port.
    /// </summary>
    /// <param name="builder">The port: <c>kestrel.ListenAnyIP(7000, port => port.UseFoolscapRelay())</c>.</param>
    /// <param name="name">The relay's name; the one without a name if not given.</param>
    /// <returns>The same builder.</returns>
    public static IConnectionBuilder UseFoolscapRelay(this IConnectionBuilder builder, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceProvider services = builder.ApplicationServices;
        FoolscapRelayConnectionHandler handler = new(string.IsNullOrEmpty(name)
            ? services.GetRequiredService<IFoolscapRelay>()
            : services.GetRequiredKeyedService<IFoolscapRelay>(name));
        return builder.Run(handler.OnConnectedAsync);
    }
}
