using Foolscap.Relay.Hosting;
using Microsoft.Extensions.Configuration;

namespace Foolscap.Relay.Tool.Configuration;

/// <summary>
/// The section <c>Otlp</c>: where metrics and traces go. OpenTelemetry's own environment variables
/// (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and the rest) count where the section says nothing.
/// </summary>
internal sealed record OtlpSettings(Uri? Endpoint, string? Protocol)
{
    public const string Section = "Otlp";

    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static readonly IReadOnlyList<ConfigurationKey> Keys =
    [
        new("Endpoint", "address", "none", "http://HOST:PORT", $"Where metrics and traces are sent by OTLP; nowhere if neither this nor {EndpointVariable} is set.", false, false),
        new("Protocol", "word", "grpc", "grpc, http/protobuf", "How they are sent.", false, false),
    ];

    /// <summary>Whether anything is to be sent.</summary>
    public bool IsEnabled => Endpoint is not null || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(EndpointVariable));

    public static OtlpSettings Read(IConfiguration configuration, List<ConfigurationFault> faults)
    {
        IConfigurationSection section = configuration.GetSection(Section);
        string? text = section["Endpoint"];
        Uri? endpoint = null;
        if (!string.IsNullOrWhiteSpace(text) && (!Uri.TryCreate(text, UriKind.Absolute, out endpoint) || endpoint.Scheme is not ("http" or "https")))
        {
            faults.Add(new ConfigurationFault($"{Section}:Endpoint", text, "is no address of a collector", "http://HOST:PORT, or https://HOST:PORT"));
            endpoint = null;
        }

        string? protocol = section["Protocol"];
        if (!string.IsNullOrWhiteSpace(protocol) && protocol is not ("grpc" or "http/protobuf"))
        {
            faults.Add(new ConfigurationFault($"{Section}:Protocol", protocol, "is not known", "grpc, http/protobuf"));
        }

        return new OtlpSettings(endpoint, protocol);
    }
}
