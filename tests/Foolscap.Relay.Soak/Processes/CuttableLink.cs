using System.Net;
using System.Net.Sockets;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Soak.Processes;

/// <summary>
/// A TCP proxy on loopback between a client and the relay, all of whose connections can be cut. It passes on ends and resets,
/// as a router would: not all that goes through it is a Tub's own connection. Thread-safe.
/// </summary>
internal sealed class CuttableLink : IDisposable
{
    private readonly LoopbackListener _listener;
    private readonly Lock _gate = new();
    private readonly HashSet<DirectStream> _streams = [];
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
        List<DirectStream> streams;
        lock (_gate)
        {
            streams = [.. _streams];
        }

        streams.ForEach(stream => stream.Abort("the link is cut"));
    }

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private async Task ServeAsync(Socket near)
    {
        TransportConnection far;
        try
        {
            far = await TransportConnection.ConnectTcpAsync(new IPEndPoint(IPAddress.Loopback, _target));
        }
        catch (SocketException)
        {
            near.Dispose(); // The relay is not there.
            return;
        }

        DirectStream stream = new(TransportConnection.FromSocket(near), far);
        lock (_gate)
        {
            _streams.Add(stream);
        }

        stream.Start();
        await stream.Ended;
        lock (_gate)
        {
            _streams.Remove(stream);
        }
    }
}
