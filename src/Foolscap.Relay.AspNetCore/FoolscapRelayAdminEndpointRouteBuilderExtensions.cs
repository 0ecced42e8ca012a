using System.Diagnostics.CodeAnalysis;
using Foolscap.Relay.AspNetCore.Web;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves the admin endpoint as a part of a web application.</summary>
public static class FoolscapRelayAdminEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Serves status page, metrics and health under a path of a web application. The same rules hold as where the endpoint
    /// listens by itself: without a token it answers this machine only. The services need <c>AddFoolscapRelayAdmin</c>.
    /// </summary>
    /// <param name="endpoints">The web application.</param>
    /// <param name="prefix">The path.</param>
    /// <returns>All its endpoints, to say more about them.</returns>
    /// <exception cref="InvalidOperationException"><c>AddFoolscapRelayAdmin</c> was not called.</exception>
    public static IEndpointConventionBuilder MapFoolscapRelayAdmin(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string prefix = "/")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        AdminEndpoints admin = endpoints.ServiceProvider.GetService<AdminEndpoints>()
            ?? throw new InvalidOperationException("The admin endpoint has no services: call services.AddFoolscapRelayAdmin() first.");
        return admin.Map(endpoints, prefix);
    }
}
