using System.Net;
using System.Net.Sockets;

namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>A TCP proxy on loopback, which a test can have cut all of its connections as a network would.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Lock _gate = new();
    private readonly List<Socket> _sockets = [];
    private readonly int _target;
    private readonly Task _accepting;

    /// <summary>Starts a proxy.</summary>
    /// <param name="target">The port on loopback to which it leads.</param>
    public CuttingProxy(int target)
    {
        _target = target;
        _listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen();
        Port = ((IPEndPoint)_listening.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Resets all connections that are there.</summary>
    /// <returns>How many there were.</returns>
    public int Cut()
    {
        lock (_gate)
        {
            foreach (Socket socket in _sockets)
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
                socket.Close();
            }

            int count = _sockets.Count / 2;
            _sockets.Clear();
            return count;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listening.Dispose();
        await _accepting.For("the end of the proxy");
        Cut();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket near = await _listening.AcceptAsync();
                Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await far.ConnectAsync(IPAddress.Loopback, _target);
                (near.NoDelay, far.NoDelay) = (true, true);
                lock (_gate)
                {
                    _sockets.Add(near);
                    _sockets.Add(far);
                }

                _ = CopyAsync(near, far);
                _ = CopyAsync(far, near);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The proxy ends, or its target has.
        }
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[65536];
        try
        {
            while (await from.ReceiveAsync(buffer) is int count and > 0)
            {
                await to.SendAsync(buffer.AsMemory(0, count));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Cut, or the other side is gone.
        }
    }
}
