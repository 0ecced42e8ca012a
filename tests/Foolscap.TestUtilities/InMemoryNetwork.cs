using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Foolscap.Furls;
using Foolscap.Tubs;

namespace Foolscap.TestUtilities;

/// <summary>A network in memory: hints of <c>tcp:</c> lead to listeners, and each connection can be cut. Thread-safe.</summary>
public sealed class InMemoryNetwork : IConnectionDialer
{
    private readonly IPEndPoint _address;
    private readonly ConcurrentDictionary<ConnectionHint, TubListener> _listeners = new();
    private readonly ConcurrentQueue<CuttingPipe> _links = new();
    private int _hosts;

    /// <summary>Creates a network.</summary>
    /// <param name="address">Where all who connect on it come from.</param>
    public InMemoryNetwork(IPEndPoint? address = null) => _address = address ?? new IPEndPoint(IPAddress.Parse("192.0.2.1"), 4321);

    /// <summary>All connections so far, oldest first; <see cref="CuttingPipe.First"/> is the side that connected.</summary>
    public IReadOnlyList<CuttingPipe> Links => [.. _links];

    /// <summary>Makes a listener reachable.</summary>
    /// <returns>The hint that leads to it.</returns>
    public ConnectionHint Attach(TubListener listener)
    {
        ConnectionHint hint = ConnectionHint.Tcp($"host{Interlocked.Increment(ref _hosts)}.test", 1);
        _listeners[hint] = listener;
        return hint;
    }

    /// <summary>Makes a listener reachable under a hint that may have led to another one.</summary>
    public void Attach(ConnectionHint hint, TubListener listener) => _listeners[hint] = listener;

    /// <summary>Takes a host off: connections to it are refused; those that are there stay.</summary>
    public void Detach(ConnectionHint hint) => _listeners.TryRemove(hint, out _);

    public bool CanDial(ConnectionHint hint)
    {
        ArgumentNullException.ThrowIfNull(hint);
        return hint.Type == "tcp";
    }

    public Task<TransportConnection> DialAsync(ConnectionHint hint, CancellationToken cancellationToken)
    {
        if (!_listeners.TryGetValue(hint, out TubListener? listener))
        {
            return Task.FromException<TransportConnection>(new SocketException((int)SocketError.ConnectionRefused));
        }

        CuttingPipe link = new(_address);
        _links.Enqueue(link);
        _ = listener.HandleAsync(link.Second);
        return Task.FromResult(link.First);
    }
}
