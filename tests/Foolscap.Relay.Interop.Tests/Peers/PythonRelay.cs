using System.Globalization;
using System.Text.Json;
using Foolscap.Furls;

namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>The relay in plain Foolscap: relay.py.</summary>
internal sealed class PythonRelay : IRelayPeer
{
    private readonly PythonPeer _peer;

    private PythonRelay(PythonPeer peer, JsonElement listening)
    {
        _peer = peer;
        RegistrarFurl = Furl.Parse(listening.GetProperty("registrar").GetString()!);
        Port = listening.GetProperty("port").GetInt32();
    }

    public Furl RegistrarFurl { get; }

    public int Port { get; }

    public static async Task<PythonRelay> StartAsync(string pemFile, int port = 0)
    {
        PythonPeer peer = PythonPeer.Start(
            "relay.py", "--listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), "--pem", pemFile, "--name", "registrar");
        return new PythonRelay(peer, await peer.TakeEventAsync("listening"));
    }

    public ValueTask DisposeAsync() => _peer.DisposeAsync();
}
