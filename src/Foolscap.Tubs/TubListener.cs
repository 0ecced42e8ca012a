using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Negotiation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Foolscap.Tubs;

/// <summary>
/// Takes connections for one or many Tubs on the same ports (<c>foolscap.pb.Listener</c>), and hands those that are for
/// none of them to its interceptors.
/// </summary>
/// <remarks>Thread-safe. Accepting a connection never waits for another one's handshake.</remarks>
public sealed class TubListener : IAsyncDisposable
{
    private static readonly TimeSpan AcceptRetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly TubListenerOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly TubLog _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly List<Socket> _sockets = [];
    private readonly List<Task> _accepting = [];
    private ImmutableDictionary<string, Tub> _tubs = ImmutableDictionary<string, Tub>.Empty.WithComparers(StringComparer.Ordinal);
    private ImmutableArray<IConnectionInterceptor> _interceptors = [];
    private int _halfOpen;

    /// <summary>Creates a listener, which does not listen yet.</summary>
    /// <param name="options">How it treats those who connect; the defaults if not given.</param>
    /// <param name="loggerFactory">Where it logs; nowhere if not given.</param>
    /// <param name="timeProvider">The clock; the system's if not given.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public TubListener(TubListenerOptions? options = null, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null)
    {
        _options = options ?? new TubListenerOptions();
        _options.Validate();
        _timeProvider = timeProvider ?? TimeProvider.System;
        _log = new TubLog((loggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Foolscap.Tubs.TubListener"));
    }

    /// <summary>Creates a listener for one Tub, which does not listen yet.</summary>
    /// <param name="tub">The Tub.</param>
    public TubListener(Tub tub)
        : this() => Add(tub);

    /// <summary>Takes connections for one more Tub.</summary>
    /// <param name="tub">The Tub; it stays the caller's to dispose.</param>
    /// <returns>This listener.</returns>
    public TubListener Add(Tub tub)
    {
        ArgumentNullException.ThrowIfNull(tub);
        ImmutableInterlocked.TryAdd(ref _tubs, tub.TubId.ToString(), tub);
        return this;
    }

    /// <summary>Takes no more connections for a Tub; those that it has stay.</summary>
    /// <param name="tub">The Tub.</param>
    /// <returns>Whether it was there.</returns>
    public bool Remove(Tub tub)
    {
        ArgumentNullException.ThrowIfNull(tub);
        return ImmutableInterlocked.TryRemove(ref _tubs, tub.TubId.ToString(), out _);
    }

    /// <summary>Asks one more interceptor, after those that are there.</summary>
    /// <param name="interceptor">The interceptor.</param>
    /// <returns>This listener.</returns>
    public TubListener Add(IConnectionInterceptor interceptor)
    {
        ArgumentNullException.ThrowIfNull(interceptor);
        ImmutableInterlocked.Update(ref _interceptors, (all, added) => all.Add(added), interceptor);
        return this;
    }

    /// <summary>Listens on a TCP port, one of several if called again.</summary>
    /// <param name="endPoint">The address; port 0 for any free one. <c>[::]</c> takes IPv4 as well.</param>
    /// <returns>The address with its port.</returns>
    /// <exception cref="SocketException">The port is taken, or the address not this machine's.</exception>
    public IPEndPoint Listen(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(endPoint);
            socket.Listen(backlog: 512);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        IPEndPoint bound = (IPEndPoint)socket.LocalEndPoint!;
        lock (_gate)
        {
            _sockets.Add(socket);
            _accepting.Add(AcceptAsync(socket));
        }

        _log.Listening(bound.ToString());
        return bound;
    }

    /// <summary>Serves a connection that a host's own listener has accepted.</summary>
    /// <param name="connection">The connection, from its first byte on; it belongs to this listener from now on.</param>
    /// <returns>When it is negotiated, refused, or taken over by an interceptor. It never fails.</returns>
    public async Task HandleAsync(TransportConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        string address = connection.RemoteEndPoint?.ToString() ?? "(in memory)";
        try
        {
            if (Interlocked.Increment(ref _halfOpen) <= _options.MaxHalfOpenConnections)
            {
                await ServeAsync(connection, address).ConfigureAwait(false);
                return;
            }
        }
        catch (Exception exception) when (exception is NegotiationException or OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            _log.NegotiationFailed(address, exception.Message);
            connection.Abort();
            await connection.DisposeAsync().ConfigureAwait(false);
            return;
        }
        catch (Exception exception)
        {
            _log.ConnectionFaulted(address, exception);
            connection.Abort();
            await connection.DisposeAsync().ConfigureAwait(false);
            return;
        }
        finally
        {
            Interlocked.Decrement(ref _halfOpen);
        }

        // Not counted any more: those who are refused must not keep others out.
        await RefuseAsync(connection, address, 503, "too many connections are being set up, try again later").ConfigureAwait(false);
    }

    /// <summary>Stops listening. Connections that Tubs and interceptors have taken stay theirs.</summary>
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

    private async Task ServeAsync(TransportConnection connection, string address)
    {
        string? name = await ReadRequestAsync(connection, address).ConfigureAwait(false);
        if (name is null)
        {
            return;
        }

        if (_tubs.TryGetValue(name, out Tub? tub))
        {
            // The Tub negotiates; its part begins behind the request.
            await HeaderBlock.ReadAsync(connection.Input, _stopping.Token).ConfigureAwait(false);
            await tub.AcceptAsync(connection).ConfigureAwait(false);
            return;
        }

        ConnectionRequest request = new(name, connection);
        foreach (IConnectionInterceptor interceptor in _interceptors)
        {
            if (interceptor.TryTake(request))
            {
                return;
            }
        }

        await RefuseAsync(connection, address, 404, $"unknown TubID {Excerpt.Of(name)}").ConfigureAwait(false);
    }

    private async Task<string?> ReadRequestAsync(TransportConnection connection, string address)
    {
        using CancellationTokenSource timeout = new(_options.HeaderTimeout, _timeProvider);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopping.Token);
        try
        {
            return await RequestHeader.PeekAsync(connection.Input, ended.Token).ConfigureAwait(false);
        }
        catch (RefusedRequestException refusal)
        {
            await RefuseAsync(connection, address, refusal.Status, refusal.Message).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            await RefuseAsync(connection, address, 408, $"no complete request within {_options.HeaderTimeout.TotalSeconds:0.###} s").ConfigureAwait(false);
        }

        return null;
    }

    private Task RefuseAsync(TransportConnection connection, string address, int status, string reason)
    {
        _log.Refused(address, status, reason);
        return RequestRefusal.SendAsync(connection, status, reason, _timeProvider);
    }

    private async Task AcceptAsync(Socket listening)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Socket accepted = await listening.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                _ = HandleAcceptedAsync(accepted);
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
                _log.AcceptFailed(AcceptRetryDelay, exception.Message);
                await Task.Delay(AcceptRetryDelay, _timeProvider, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task HandleAcceptedAsync(Socket accepted)
    {
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

        await HandleAsync(connection).ConfigureAwait(false);
    }
}
