using Foolscap.Relay.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Foolscap.Relay.AspNetCore.Status;

/// <summary>Finds the relay and the client of the host, as soon as they have been started.</summary>
internal sealed class RelaySource(IServiceProvider services, string name)
{
    private readonly IFoolscapRelay? _relay = Find<IFoolscapRelay>(services, name);
    private readonly IFoolscapRelayClient? _client = Find<IFoolscapRelayClient>(services, name);

    /// <summary>Whether the host has a relay, which may not have been started yet.</summary>
    public bool HasRelay => _relay is not null;

    /// <summary>The relay between its start and its end.</summary>
    public IFoolscapRelay? Relay => _relay is { IsRunning: true } ? _relay : null;

    /// <summary>The client between its start and its end.</summary>
    public IFoolscapRelayClient? Client => _client is { IsRunning: true } ? _client : null;

    /// <summary>Lets a feed hear of all that happens in the relay and in the client, as far as the host has them; from their start on.</summary>
    public void Observe(EventFeed feed)
    {
        if (_relay is not null)
        {
            _relay.EventOccurred += feed.Add;
        }

        if (_client is not null)
        {
            _client.StatusChanged += feed.Add;
        }
    }

    /// <summary>Finds what the host has added under a name, or without one.</summary>
    public static T? Find<T>(IServiceProvider services, string name)
        where T : class => name.Length == 0 ? services.GetService<T>() : services.GetKeyedService<T>(name);
}
