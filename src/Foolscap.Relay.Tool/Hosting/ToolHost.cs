using System.CommandLine;
using Foolscap.Relay.Hosting;
using Foolscap.Relay.Tool.Configuration;
using Foolscap.Relay.Tool.Logging;
using Foolscap.Relay.Tool.Telemetry;
using Foolscap.Relay.Tool.Terminal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Foolscap.Relay.Tool.Hosting;

/// <summary>Runs a relay or a client until it is told to stop: configuration, logging, telemetry, signals.</summary>
internal static class ToolHost
{
    /// <summary>Runs it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="console">Where it writes.</param>
    /// <param name="options">The options that fill the configuration.</param>
    /// <param name="section">The section that it needs.</param>
    /// <param name="defaults">Values that count where neither file nor environment nor options say anything.</param>
    /// <param name="addServices">Adds what runs.</param>
    /// <exception cref="ToolException">The configuration is wrong, or it cannot be started.</exception>
    public static async Task<int> RunAsync(
        ParseResult parsed,
        ToolConsole console,
        ConfigurationOptions options,
        string section,
        IReadOnlyDictionary<string, string?> defaults,
        Action<IHostApplicationBuilder> addServices)
    {
        using ToolConfiguration configuration = ToolConfiguration.Load(parsed.GetValue(options.File), options.Read(parsed), defaults: defaults);
        IReadOnlyList<ConfigurationFault> faults = ToolSchema.FindFaults(configuration, section);
        if (faults.Count > 0)
        {
            throw ToolSchema.ToException(faults, options.Names);
        }

        AdminSettings admin = AdminSettings.Read(configuration.Root, []);
        IHost host = AdminHost.Build(admin, configuration.Root, builder =>
        {
            ToolLogging.Configure(builder.Logging, console, LogSettings.Read(configuration.Root, []));
            builder.Services.AddSingleton(console);
            builder.Services.AddSingleton(configuration);
            builder.Services.AddHostedService<ConfigurationReload>();
            OtlpExport.Add(builder.Services, OtlpSettings.Read(configuration.Root, []));
            addServices(builder);

            // The last one that starts, and the first one that stops.
            builder.Services.AddHostedService<ServiceManager>();
        });
        try
        {
            await host.RunAsync().ConfigureAwait(false);
            return ExitCodes.Done;
        }
        catch (OptionsValidationException exception)
        {
            throw new ToolException("The configuration has faults:", string.Join('\n', exception.Failures.Select(fault => $"  {fault}")), ExitCodes.Configuration);
        }
        catch (Exception exception) when (exception is RelayServiceException or IOException)
        {
            throw new ToolException(exception.Message, AdminHost.Advise(exception, admin));
        }
    }
}
