using System.Net;
using System.Net.Sockets;

namespace Foolscap.TestUtilities;

/// <summary>Accepts TCP connections on a free port of loopback until it is disposed.</summary>
public sealed class LoopbackListener : IDisposable
{
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Func<Socket, Task> _serve;

    /// <summary>Starts to listen.</summary>
    /// <param name="serve">Serves one connection, which belongs to it; it must not fail.</param>
    public LoopbackListener(Func<Socket, Task> serve)
    {
        _serve = serve;
        _listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen();
        EndPoint = (IPEndPoint)_listening.LocalEndPoint!;
        _ = AcceptAsync();
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Accepts no more; connections that are there stay.</summary>
    public void Dispose() => _listening.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = _serve(await _listening.AcceptAsync());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
