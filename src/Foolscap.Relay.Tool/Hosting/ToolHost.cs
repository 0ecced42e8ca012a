using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Foolscap.Relay.Hosting;
using Foolscap.Relay.Tool.Configuration;
using Foolscap.Relay.Tool.Logging;
using Foolscap.Relay.Tool.Telemetry;
using Foolscap.Relay.Tool.Terminal;
using Microsoft.Extensions.Configuration;
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
    /// <param name="told">Events of the log that the command tells of itself.</param>
    /// <param name="addServices">Adds what runs.</param>
    /// <exception cref="ToolException">The configuration is wrong, or it cannot be started.</exception>
    public static async Task<int> RunAsync(
        ParseResult parsed,
        ToolConsole console,
        ConfigurationOptions options,
        string section,
        IReadOnlyDictionary<string, string?> defaults,
        IReadOnlyCollection<int> told,
        Action<IHostApplicationBuilder> addServices)
    {
        using ToolConfiguration configuration = ToolConfiguration.Load(parsed.GetValue(options.File), options.Read(parsed), defaults: defaults);
        IReadOnlyList<ConfigurationFault> faults = ToolSchema.FindFaults(configuration, section);
        if (faults.Count > 0)
        {
            throw ToolSchema.ToException(configuration, faults, options.Names);
        }

        using StopSignals signals = new(configuration.File is null);
        IHost host = Build(configuration, console, told, addServices);
        await using ConfiguredAsyncDisposable _ = ((IAsyncDisposable)host).ConfigureAwait(false);
        try
        {
            return await RunAsync(host, signals).ConfigureAwait(false);
        }
        catch (OptionsValidationException exception)
        {
            throw new ToolException("The configuration has faults:", string.Join('\n', exception.Failures.Select(fault => $"  {fault}")), ExitCodes.Configuration);
        }
        catch (Exception exception) when (exception is RelayServiceException or IOException)
        {
            throw new ToolException(exception.Message, StartAdvice.For(exception, section));
        }
    }

    /// <summary>As hosts do it, except that a second signal leaves no time for the end.</summary>
    private static async Task<int> RunAsync(IHost host, StopSignals signals)
    {
        try
        {
            await host.StartAsync(signals.Stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            // Told to stop before it ran.
        }

        // ApplicationStopping is also how a part that fails ends the rest.
        IHostApplicationLifetime lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        using (signals.Stop.UnsafeRegister(static state => ((IHostApplicationLifetime)state!).StopApplication(), lifetime))
        {
            TaskCompletionSource stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
            using (lifetime.ApplicationStopping.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), stopping))
            {
                await stopping.Task.ConfigureAwait(false);
            }
        }

        await host.StopAsync(signals.Hurry).ConfigureAwait(false);
        ThrowIfPartFailed(host);
        return signals.Hurry.IsCancellationRequested ? ExitCodes.Interrupted : ExitCodes.Done;
    }

    /// <summary>A host takes the end of a part for a reason to stop, and the stop for a success.</summary>
    private static void ThrowIfPartFailed(IHost host)
    {
        foreach (BackgroundService part in host.Services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            if (part.ExecuteTask?.Exception?.InnerException is Exception failure)
            {
                ExceptionDispatchInfo.Throw(failure);
            }
        }
    }

    private static IHost Build(ToolConfiguration configuration, ToolConsole console, IReadOnlyCollection<int> told, Action<IHostApplicationBuilder> addServices)
    {
        // Empty: no file and no variable counts that this program does not document.
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = Environment.CurrentDirectory });
        builder.Configuration.AddConfiguration(configuration.Root);
        ToolLogging.Configure(builder.Logging, console, LogSettings.Read(configuration.Root, []), told);
        builder.Services.AddSingleton(console);
        builder.Services.AddSingleton(configuration);
        builder.Services.AddSingleton<IHostLifetime, StopSignals.NoLifetime>();
        builder.Services.AddHostedService<ConfigurationReload>();
        OtlpExport.Add(builder.Services, OtlpSettings.Read(configuration.Root, []));
        addServices(builder);
        if (AdminSettings.IsOn(configuration.Root))
        {
            builder.Services.AddFoolscapRelayAdmin(builder.Configuration.GetSection(AdminSettings.Section));
        }

        // The last one that starts: ready means that all of them have.
        builder.Services.AddHostedService<ServiceManager>();
        return builder.Build();
    }
}
