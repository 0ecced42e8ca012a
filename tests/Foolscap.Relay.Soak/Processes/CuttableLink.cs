using System.Net;
using System.Net.Sockets;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Soak.Processes;

/// <summary>A TCP proxy on loopback between a client and the relay, all of whose connections can be cut. Thread-safe.</summary>
internal sealed class CuttableLink : IDisposable
{
    private readonly LoopbackListener _listener;
    private readonly Lock _gate = new();
    private readonly HashSet<Socket> _sockets = [];
    private readonly int _target;

    /// <summary>Starts a proxy.</summary>
    /// <param name="target">The port on loopback to which it leads.</param>
    public CuttableLink(int target)
    {
        _target = target;
        _listener = new LoopbackListener(ServeAsync);
    }

    public int Port => _listener.EndPoint.Port;

    /// <summary>Resets all connections that are there.</summary>
    public void Cut()
    {
        List<Socket> sockets;
        lock (_gate)
        {
            sockets = [.. _sockets];
            _sockets.Clear();
        }

        sockets.ForEach(Reset);
    }

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private async Task ServeAsync(Socket near)
    {
        using Socket first = near;
        using Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _target);
            (near.NoDelay, far.NoDelay) = (true, true);
            lock (_gate)
            {
                _sockets.Add(near);
                _sockets.Add(far);
            }

            await Task.WhenAll(CopyAsync(near, far), CopyAsync(far, near));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Cut, or one side is gone: both are closed.
        }

        lock (_gate)
        {
            _sockets.Remove(near);
            _sockets.Remove(far);
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
        catch
        {
            to.Close(); // which ends the other direction
            throw;
        }
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }

        socket.Close();
    }
}
