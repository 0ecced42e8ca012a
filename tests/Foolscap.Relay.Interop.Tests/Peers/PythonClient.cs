using System.Text.Json;
using Foolscap.Furls;

namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>The relay client in plain Foolscap: relay_client.py.</summary>
internal sealed class PythonClient : IClientPeer
{
    private readonly PythonPeer _peer;

    private PythonClient(PythonPeer peer, JsonElement registered)
    {
        _peer = peer;
        Hints = [.. registered.GetProperty("hints").EnumerateArray().Select(hint => ConnectionHint.Parse(hint.GetString()!))];
    }

    public IReadOnlyList<ConnectionHint> Hints { get; }

    public static async Task<PythonClient> StartAsync(Furl registrar, ITargetPeer target)
    {
        PythonPeer peer = PythonPeer.Start(
            "relay_client.py", "--registrar", registrar.ToString(), "--pem", target.PemFile, "--target", target.EndPoint.ToString());
        return new PythonClient(peer, await peer.TakeEventAsync("registered"));
    }

    public async Task WaitUntilRegisteredAgainAsync()
    {
        await _peer.TakeEventAsync("lost");
        await _peer.TakeEventAsync("registered");
    }

    public ValueTask DisposeAsync() => _peer.DisposeAsync();
}
