using Foolscap.Relay.Tool.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Foolscap.Relay.Tool.Hosting;

/// <summary>Builds a host with the status page, the metrics and the health endpoints, or one without, where they are off.</summary>
internal static class AdminHost
{
    /// <summary>Builds the host, from this program's configuration only.</summary>
    public static IHost Build(AdminSettings admin, IConfigurationRoot configuration, Action<IHostApplicationBuilder> configure)
    {
        if (admin.Listen is null)
        {
            HostApplicationBuilder plain = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = Environment.CurrentDirectory });
            plain.Configuration.AddConfiguration(configuration);
            configure(plain);
            return plain.Build();
        }

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = Environment.CurrentDirectory });
        builder.Configuration.AddConfiguration(configuration);
        configure(builder);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(admin.Listen));
        builder.Services.AddRoutingCore();
        WebApplication app = builder.Build();
        return app;
    }

    /// <summary>What to do about an address that cannot be had.</summary>
    public static string? Advise(Exception exception, AdminSettings admin) =>
        admin.Listen is not null && exception is IOException && exception.Message.Contains(admin.Listen.ToString(), StringComparison.Ordinal)
            ? "That is the address of the status page (Admin:Listen). Choose another with --admin IP:PORT, or turn the page off with --admin off."
            : null;
}
