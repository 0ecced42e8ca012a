using System.Net;
using Foolscap.Relay.Hosting;
using Microsoft.Extensions.Configuration;

namespace Foolscap.Relay.Tool.Configuration;

/// <summary>The section <c>Admin</c>: where the status page, the metrics and the health of a process are served.</summary>
/// <param name="Listen">The address; null if they are not served.</param>
internal sealed record AdminSettings(IPEndPoint? Listen)
{
    public const string Section = "Admin";
    public const string DefaultListen = "127.0.0.1:7001";
    public const string Off = "off";

    public static readonly IReadOnlyList<ConfigurationKey> Keys =
    [
        new("Listen", "address", $"{DefaultListen} of 'serve', off of 'attach'", "IP:PORT, or off", "Where the status page, /metrics and /health are served. Anything but loopback needs a token.", false, false),
        new("Token", "text", "none", "at least 16 characters", "Whoever is not on this machine's loopback must know it.", false, true),
    ];

    public static AdminSettings Read(IConfiguration configuration, List<ConfigurationFault> faults)
    {
        string? text = configuration.GetSection(Section)["Listen"]?.Trim();
        if (string.IsNullOrEmpty(text) || text.Equals(Off, StringComparison.OrdinalIgnoreCase))
        {
            return new AdminSettings((IPEndPoint?)null);
        }

        // A number alone is an IPv4 address to .NET, and never meant as one.
        if (text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out IPEndPoint? address))
        {
            return new AdminSettings(address);
        }

        faults.Add(new ConfigurationFault($"{Section}:Listen", text, "is no address to listen on", "IP:PORT such as 127.0.0.1:7001 or [::1]:7001, or off"));
        return new AdminSettings((IPEndPoint?)null);
    }
}
