using System.Net.Sockets;

namespace Foolscap.Relay.Benchmarks.Network;

/// <summary>A connection whose other end sends back what it gets. Not thread-safe.</summary>
internal sealed class EchoStream(Socket socket) : IDisposable
{
    private readonly byte[] _out = new byte[1];
    private readonly byte[] _back = new byte[1];

    /// <summary>Sends a byte, and waits for it.</summary>
    /// <exception cref="InvalidDataException">Another one comes back.</exception>
    public async ValueTask RoundTripAsync()
    {
        _out[0]++;
        await socket.SendAllAsync(_out);
        await socket.ReceiveExactlyAsync(_back);
        if (_back[0] != _out[0])
        {
            throw new InvalidDataException($"The byte {_out[0]} came back as {_back[0]}. Is it a refusal?");
        }
    }

    public void Dispose() => socket.Dispose();
}
