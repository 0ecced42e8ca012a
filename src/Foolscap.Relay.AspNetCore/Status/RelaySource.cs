using Foolscap.Relay.Hosting;
using Foolscap.Relay.Server;
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

    /// <summary>Hears of all that happens in the relay, if the host has one; from its start on.</summary>
    public void Observe(Action<RelayEvent> observer)
    {
        if (_relay is not null)
        {
            _relay.EventOccurred += observer;
        }
    }

    /// <summary>Finds what the host has added under a name, or without one.</summary>
    public static T? Find<T>(IServiceProvider services, string name)
        where T : class => name.Length == 0 ? services.GetService<T>() : services.GetKeyedService<T>(name);
}
