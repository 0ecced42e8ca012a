using Foolscap.Relay.Hosting;
using Foolscap.Relay.Hosting.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health of relays and relay clients to a host's health checks.</summary>
public static class FoolscapRelayHealthChecksBuilderExtensions
{
    /// <summary>The tag of the checks that tell whether a thing runs at all: if not, a restart may help.</summary>
    public const string LiveTag = "live";

    /// <summary>The tag of the checks that tell whether it takes connections: if not, send callers elsewhere.</summary>
    public const string ReadyTag = "ready";

    /// <summary>
    /// Adds two checks of a relay: <c>foolscap_relay_live</c> (it runs), and <c>foolscap_relay_ready</c>: it does not drain, and its
    /// last connection to itself came about.
    /// </summary>
    /// <param name="builder">The host's health checks.</param>
    /// <param name="name">The relay's name, which is appended to those of the checks; of the one without a name if not given.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddFoolscapRelay(this IHealthChecksBuilder builder, string? name = null) =>
        AddBoth<IFoolscapRelay>(builder, "foolscap_relay", name, (services, relay, mustBeReady) =>
            new RelayHealthCheck(relay, mustBeReady, services.GetService<TimeProvider>() ?? TimeProvider.System));

    /// <summary>
    /// Adds two checks of a relay client: <c>foolscap_relay_client_live</c> (it runs), and <c>foolscap_relay_client_ready</c>: its Tub
    /// is registered with a relay; degraded if with some of several only.
    /// </summary>
    /// <param name="builder">The host's health checks.</param>
    /// <param name="name">The client's name, which is appended to those of the checks; of the one without a name if not given.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddFoolscapRelayClient(this IHealthChecksBuilder builder, string? name = null) =>
        AddBoth<IFoolscapRelayClient>(builder, "foolscap_relay_client", name, (_, client, mustBeReady) => new RelayClientHealthCheck(client, mustBeReady));

    private static IHealthChecksBuilder AddBoth<T>(
        IHealthChecksBuilder builder, string prefix, string? name, Func<IServiceProvider, T, bool, IHealthCheck> create)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        string suffix = string.IsNullOrEmpty(name) ? "" : $"_{name}";
        foreach (string tag in (string[])[LiveTag, ReadyTag])
        {
            builder.Add(new HealthCheckRegistration(
                $"{prefix}_{tag}{suffix}",
                services => create(services, Find<T>(services, name), tag == ReadyTag),
                failureStatus: null,
                tags: [tag]));
        }

        return builder;
    }

    private static T Find<T>(IServiceProvider services, string? name)
        where T : class => string.IsNullOrEmpty(name) ? services.GetRequiredService<T>() : services.GetRequiredKeyedService<T>(name);
}
