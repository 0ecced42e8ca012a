using Foolscap.Relay.AspNetCore.Status;
using Foolscap.Relay.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Foolscap.Relay.AspNetCore.Web;

/// <summary>Adds the checks of the host's relay and client, if the host has not added them itself.</summary>
internal sealed class RelayHealthChecks(IServiceProvider services, string name) : IPostConfigureOptions<HealthCheckServiceOptions>
{
    public void PostConfigure(string? optionsName, HealthCheckServiceOptions options)
    {
        Missing missing = new(options);
        if (RelaySource.Find<IFoolscapRelay>(services, name) is not null)
        {
            missing.AddFoolscapRelay(name);
        }

        if (RelaySource.Find<IFoolscapRelayClient>(services, name) is not null)
        {
            missing.AddFoolscapRelayClient(name);
        }
    }

    /// <summary>Takes the checks whose names are not there yet.</summary>
    private sealed class Missing(HealthCheckServiceOptions options) : IHealthChecksBuilder
    {
        public IServiceCollection Services { get; } = new ServiceCollection();

        public IHealthChecksBuilder Add(HealthCheckRegistration registration)
        {
            if (options.Registrations.All(other => other.Name != registration.Name))
            {
                options.Registrations.Add(registration);
            }

            return this;
        }
    }
}
