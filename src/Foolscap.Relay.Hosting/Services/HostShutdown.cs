using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Foolscap.Relay.Hosting.Services;

/// <summary>Gives the host the time to stop that its relays need: they drain one after the other.</summary>
internal sealed class HostShutdown(IEnumerable<RelayName> names, IOptionsMonitor<RelayServiceOptions> options) : IPostConfigureOptions<HostOptions>
{
    /// <summary>What is left for the other services, and for closing the connections.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(15);

    public void PostConfigure(string? name, HostOptions host)
    {
        TimeSpan needed = Rest;
        foreach (RelayName relay in names)
        {
            try
            {
                needed += options.Get(relay.Name).Drain;
            }
            catch (OptionsValidationException)
            {
                return; // The host will not start, and says why then.
            }
        }

        // A host that waits for ever is given no less.
        if (host.ShutdownTimeout != Timeout.InfiniteTimeSpan && host.ShutdownTimeout < needed)
        {
            host.ShutdownTimeout = needed;
        }
    }
}

/// <summary>The name of a relay that has been added; empty if it has none.</summary>
internal sealed record RelayName(string Name);
