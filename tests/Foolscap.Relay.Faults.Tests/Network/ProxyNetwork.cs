using System.Net;
using Foolscap.Relay.Interop.Tests.Peers;

namespace Foolscap.Relay.Faults.Tests.Network;

/// <summary>Everything on loopback, and the link between client and relay through a proxy that can stop to pass anything on.</summary>
internal sealed class ProxyNetwork : IFaultyNetwork
{
    private readonly List<CuttingProxy> _ways = [];

    public string Description => "a TCP proxy on loopback that stops to read and to write";

    public IPAddress RelayListenAddress => IPAddress.Loopback;

    public IPAddress RelayAddress => IPAddress.Loopback;

    public IPAddress TargetAddress => IPAddress.Loopback;

    public IReadOnlyList<string> RelayPrefix => [];

    public IReadOnlyList<string> ClientPrefix => [];

    public IPEndPoint OpenWay(int relayPort)
    {
        CuttingProxy way = new(relayPort);
        _ways.Add(way);
        return new IPEndPoint(IPAddress.Loopback, way.Port);
    }

    public Task BreakLinkAsync()
    {
        _ways.ForEach(way => way.Hold());
        return Task.CompletedTask;
    }

    public Task MendLinkAsync()
    {
        _ways.ForEach(way => way.Resume());
        return Task.CompletedTask;
    }

    public async Task ResetAsync()
    {
        foreach (CuttingProxy way in _ways)
        {
            await way.DisposeAsync();
        }

        _ways.Clear();
    }

    public async ValueTask DisposeAsync() => await ResetAsync();
}
