using System.Net;
using System.Net.Sockets;

namespace Foolscap.Tubs.Transports;

/// <summary>Accepts TCP connections on any number of ports, and waits for none of them. Thread-safe.</summary>
/// <param name="handle">What is done with each connection, which is its own then; it never fails.</param>
/// <param name="log">Where it logs.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class TcpAcceptor(Func<TransportConnection, Task> handle, TubLog log, TimeProvider timeProvider) : IAsyncDisposable
{
    private const int Backlog = 512;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Socket> _sockets = [];
    private readonly List<Task> _accepting = [];
    private readonly RefusalCounters<Failure> _failures = new(timeProvider);

    /// <summary>Accepts connections on one more port.</summary>
    /// <param name="endPoint">The address; port 0 for any free one. <c>[::]</c> takes IPv4 as well where that is not listened on yet.</param>
    /// <returns>The address with its port.</returns>
    /// <exception cref="SocketException">The port is taken, or the address not this machine's.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public IPEndPoint Listen(IPEndPoint endPoint)
    {
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = !ListensOnIPv4(endPoint.Port);
            }

            socket.Bind(endPoint);
            socket.Listen(Backlog);
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this); // Nobody would close it any more.
                _sockets.Add(socket);
                _accepting.Add(AcceptAsync(socket.AcceptAsync));
            }
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        IPEndPoint bound = (IPEndPoint)socket.LocalEndPoint!;
        log.Listening(bound.ToString());
        return bound;
    }

    /// <summary>Stops listening.</summary>
    /// <returns>When no more connections are accepted.</returns>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        Task[] accepting;
        lock (_gate)
        {
            _sockets.ForEach(socket => socket.Dispose());
            accepting = [.. _accepting];
        }

        await Task.WhenAll(accepting).ConfigureAwait(false);
    }

    /// <summary>Accepts connections until it is disposed.</summary>
    /// <param name="accept">Accepts one.</param>
    internal async Task AcceptAsync(Func<CancellationToken, ValueTask<Socket>> accept)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Socket accepted = await accept(_stopping.Token).ConfigureAwait(false);
                _ = HandleAsync(accepted);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException exception)
            {
                // Out of file descriptors, say: others will be closed, and until then trying in a loop helps nobody.
                if (_failures.Count(default, out long count))
                {
                    log.AcceptFailed(count, RetryDelay, exception.Message);
                }

                await Task.Delay(RetryDelay, timeProvider, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task HandleAsync(Socket accepted)
    {
        // Whoever sends all at once would have it read, and signed, by the loop that others wait for.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        TransportConnection connection;
        try
        {
            connection = TransportConnection.FromSocket(accepted);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            accepted.Dispose(); // Reset before it was served.
            return;
        }

        await handle(connection).ConfigureAwait(false);
    }

    /// <summary>Whether an IPv4 address with this port is taken by a socket of its own: Linux gives none to two.</summary>
    private bool ListensOnIPv4(int port)
    {
        lock (_gate)
        {
            return _sockets.Any(socket => socket.LocalEndPoint is IPEndPoint { AddressFamily: AddressFamily.InterNetwork } bound && bound.Port == port);
        }
    }

    /// <summary>All failures are one kind.</summary>
    private enum Failure
    {
        Any,
    }
}
