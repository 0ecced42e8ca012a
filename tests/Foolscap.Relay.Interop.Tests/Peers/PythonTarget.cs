using System.Net;
using System.Text.Json;
using Foolscap.Furls;

namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>The Tub C as a stock Foolscap program: target_c.py.</summary>
internal sealed class PythonTarget : ITargetPeer
{
    private readonly PythonPeer _peer;

    private PythonTarget(PythonPeer peer, string pemFile, JsonElement listening)
    {
        _peer = peer;
        PemFile = pemFile;
        EndPoint = new IPEndPoint(IPAddress.Loopback, listening.GetProperty("port").GetInt32());
        TubId = TubId.Parse(listening.GetProperty("tubid").GetString()!);
    }

    public string PemFile { get; }

    public TubId TubId { get; }

    public IPEndPoint EndPoint { get; }

    public static async Task<PythonTarget> StartAsync(string pemFile)
    {
        PythonPeer peer = PythonPeer.Start("target_c.py", "--pem", pemFile, "--listen", "127.0.0.1:0");
        return new PythonTarget(peer, pemFile, await peer.TakeEventAsync("listening"));
    }

    public async Task<Furl> OfferAsync(IReadOnlyList<ConnectionHint> hints)
    {
        JsonElement offered = await _peer.AskAsync($"location {string.Join(',', hints)}", "furl");
        return Furl.Parse(offered.GetProperty("furl").GetString()!);
    }

    public async Task WaitForLostAsync(int count)
    {
        while ((await _peer.TakeEventAsync("lost")).GetProperty("count").GetInt32() < count)
        {
        }
    }

    public Task StopAsync() => _peer.StopAsync();

    public ValueTask DisposeAsync() => _peer.DisposeAsync();
}
