using System.Net;
using System.Text.Json;
using Foolscap.Furls;

namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>The Tub C as a stock Foolscap program: target_c.py.</summary>
internal sealed class PythonTarget : ITargetPeer
{
    private readonly PythonPeer _peer;

    private PythonTarget(PythonPeer peer, string pemFile, IPAddress address, JsonElement listening)
    {
        _peer = peer;
        PemFile = pemFile;
        EndPoint = new IPEndPoint(address, listening.GetProperty("port").GetInt32());
        TubId = TubId.Parse(listening.GetProperty("tubid").GetString()!);
    }

    public string PemFile { get; }

    public TubId TubId { get; }

    public IPEndPoint EndPoint { get; }

    /// <summary>Starts it.</summary>
    /// <param name="pemFile">Who it is.</param>
    /// <param name="endPoint">Where it listens; any port on loopback if not given.</param>
    public static async Task<PythonTarget> StartAsync(string pemFile, IPEndPoint? endPoint = null)
    {
        endPoint ??= new IPEndPoint(IPAddress.Loopback, 0);
        PythonPeer peer = PythonPeer.Start("target_c.py", "--pem", pemFile, "--listen", endPoint.ToString());
        return new PythonTarget(peer, pemFile, endPoint.Address, await peer.TakeEventAsync("listening"));
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

    /// <summary>Ends its process at once (SIGKILL).</summary>
    public Task KillAsync() => _peer.KillAsync();

    public ValueTask DisposeAsync() => _peer.DisposeAsync();
}
