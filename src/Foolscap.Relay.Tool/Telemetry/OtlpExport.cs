using Foolscap.Relay.Hosting.Services;
using Foolscap.Relay.Tool.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Foolscap.Relay.Tool.Telemetry;

/// <summary>Sends metrics and traces to a collector, by OTLP.</summary>
internal sealed class OtlpExport(OtlpSettings settings) : IHostedService, ITelemetryFlush, IDisposable
{
    private const string Ours = "Foolscap.*";

    /// <summary>A collector that does not answer must not hold the end of the process up.</summary>
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(2);

    private MeterProvider? _metrics;
    private TracerProvider? _traces;

    /// <summary>Adds the export, if it is wanted.</summary>
    public static void Add(IServiceCollection services, OtlpSettings settings)
    {
        if (settings.IsEnabled)
        {
            services.AddSingleton(_ => new OtlpExport(settings));
            services.AddSingleton<ITelemetryFlush>(provider => provider.GetRequiredService<OtlpExport>());
            services.AddHostedService(provider => provider.GetRequiredService<OtlpExport>());
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(Describe()).AddMeter(Ours).AddOtlpExporter((exporter, _) => Configure(exporter, "v1/metrics")).Build();
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(Describe()).AddSource(Ours).AddOtlpExporter(exporter => Configure(exporter, "v1/traces")).Build();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task FlushAsync() => Task.Run(() => _metrics?.ForceFlush((int)FlushTimeout.TotalMilliseconds), CancellationToken.None);

    /// <summary>What is left is sent, as far as the collector takes it in a moment.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(Dispose, CancellationToken.None);

    public void Dispose()
    {
        Interlocked.Exchange(ref _metrics, null)?.Dispose();
        Interlocked.Exchange(ref _traces, null)?.Dispose();
    }

    private static ResourceBuilder Describe() => ResourceBuilder.CreateDefault()
        .AddService("foolscap-relay", serviceVersion: typeof(OtlpExport).Assembly.GetName().Version?.ToString(3))
        .AddEnvironmentVariableDetector();

    private void Configure(OtlpExporterOptions exporter, string path)
    {
        if (settings.Protocol is { Length: > 0 } protocol)
        {
            exporter.Protocol = protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        }

        if (settings.Endpoint is Uri endpoint)
        {
            // An address that is set in code is taken as it is, unlike one from the environment.
            exporter.Endpoint = exporter.Protocol == OtlpExportProtocol.HttpProtobuf ? new Uri(new Uri(endpoint.AbsoluteUri.TrimEnd('/') + "/"), path) : endpoint;
        }
    }
}
