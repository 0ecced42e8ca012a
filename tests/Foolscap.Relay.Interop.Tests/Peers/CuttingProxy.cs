using System.Net;
using System.Net.Sockets;

namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>
/// A TCP proxy on loopback, which a test can have cut all of its connections as a network would, or hold back everything
/// as a network does that has swallowed the packets.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Lock _gate = new();
    private readonly HashSet<(Socket Near, Socket Far)> _connections = [];
    private readonly int _target;
    private readonly Task _accepting;
    private TaskCompletionSource? _held;

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

    private Task Passing => Volatile.Read(ref _held)?.Task ?? Task.CompletedTask;

    /// <summary>From now on nothing passes: no byte, no end, no reset, no new connection.</summary>
    public void Hold() => Volatile.Write(ref _held, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>Everything passes again, first what was held back.</summary>
    public void Resume() => Interlocked.Exchange(ref _held, null)?.SetResult();

    /// <summary>Resets all connections that are there.</summary>
    /// <returns>How many there were.</returns>
    public int Cut()
    {
        lock (_gate)
        {
            foreach ((Socket near, Socket far) in _connections)
            {
                Reset(near);
                Reset(far);
            }

            int count = _connections.Count;
            _connections.Clear();
            return count;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listening.Dispose();
        Resume();
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
                await Passing;
                _ = ServeAsync(near);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The proxy ends.
        }
    }

    private async Task ServeAsync(Socket near)
    {
        Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _target);
            (near.NoDelay, far.NoDelay) = (true, true);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Reset(near); // Nobody is there just now.
            Reset(far);
            return;
        }

        lock (_gate)
        {
            _connections.Add((near, far));
        }

        await Task.WhenAll(CopyAsync(near, far), CopyAsync(far, near));
        lock (_gate)
        {
            _connections.Remove((near, far));
        }

        near.Dispose();
        far.Dispose();
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[65536];
        try
        {
            while (await from.ReceiveAsync(buffer) is int count and > 0)
            {
                await Passing;
                for (Memory<byte> rest = buffer.AsMemory(0, count); rest.Length > 0;)
                {
                    rest = rest[await to.SendAsync(rest)..];
                }

                await Passing;
            }

            await Passing;
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Cut, or one side is gone: the other one learns of it.
            await Passing;
            Reset(from);
            Reset(to);
        }
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Close();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is closed already, or has been reset by the other end.
            socket.Dispose();
        }
    }
}
