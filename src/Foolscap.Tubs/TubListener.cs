using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Foolscap.Tubs.Admission;
using Foolscap.Tubs.Handshakes;
using Foolscap.Tubs.Negotiation;
using Foolscap.Tubs.Transports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Foolscap.Tubs;

/// <summary>
/// Takes connections for one or many Tubs on the same ports (<c>foolscap.pb.Listener</c>), and hands those that are for
/// none of them to its interceptors.
/// </summary>
/// <remarks>
/// Thread-safe. Accepting a connection never waits for another one's handshake. Of the handshakes themselves as many work at
/// once as there are processors, over all listeners of the process, the oldest first; one that waits for its peer holds up nobody.
/// </remarks>
public sealed class TubListener : IAsyncDisposable
{
    /// <summary>So many may be told at once why they are refused, even if fewer are served.</summary>
    private const int LeastRefusing = 100;

    private readonly TubListenerOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly TubLog _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TcpAcceptor _acceptor;
    private ImmutableDictionary<string, Tub> _tubs = ImmutableDictionary<string, Tub>.Empty.WithComparers(StringComparer.Ordinal);
    private ImmutableArray<IConnectionInterceptor> _interceptors = [];
    private readonly HalfOpenTable _halfOpen;
    private readonly ConnectionCounts _connections;
    private readonly RefusalCounters<ListenerRefusal> _refusals;
    private int _refusing;

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
        _halfOpen = new HalfOpenTable(_options.MaxHalfOpenConnections, _options.MaxHalfOpenConnectionsPerAddress, _timeProvider);
        _connections = new ConnectionCounts(_options.MaxConnections, _options.MaxConnectionsPerAddress, _timeProvider);
        _refusals = new RefusalCounters<ListenerRefusal>(_timeProvider);
        _acceptor = new TcpAcceptor(HandleAsync, _log, _timeProvider);
    }

    /// <summary>Creates a listener for one Tub, which does not listen yet.</summary>
    /// <param name="tub">The Tub.</param>
    public TubListener(Tub tub)
        : this() => Add(tub);

    /// <summary>The line of those that do their handshakes.</summary>
    internal HandshakeTurns Turns { get; init; } = HandshakeTurns.Shared;

    /// <summary>What the listener has done and is doing.</summary>
    public TubListenerStatistics Statistics => new(_halfOpen.Count, _connections.Count, _refusals.Counts);

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
    /// <param name="endPoint">
    /// The address; port 0 for any free one. <c>[::]</c> takes IPv4 as well, unless this listener listens on an IPv4 address with the
    /// same port already.
    /// </param>
    /// <returns>The address with its port.</returns>
    /// <exception cref="SocketException">The port is taken, or the address not this machine's.</exception>
    /// <exception cref="ObjectDisposedException">The listener is disposed.</exception>
    public IPEndPoint Listen(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        return _acceptor.Listen(endPoint);
    }

    /// <summary>Serves a connection that a host's own listener has accepted.</summary>
    /// <param name="connection">The connection, from its first byte on; it belongs to this listener from now on.</param>
    /// <returns>When it is negotiated, refused, or taken over by an interceptor. It never fails.</returns>
    public async Task HandleAsync(TransportConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        string address = connection.RemoteEndPoint?.ToString() ?? "(in memory)";
        using HalfOpenConnection halfOpen = new(AddressPrefix.Of(connection.RemoteEndPoint), _stopping.Token);
        Refusal? refusal = _halfOpen.Enter(halfOpen) is ListenerRefusal full ? Refusal.Of(full) : null;
        try
        {
            refusal ??= await ServeAsync(connection, halfOpen).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            OnFailed(address, exception, halfOpen.HasGivenWay);
            connection.Abort();
            await connection.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _halfOpen.Leave(halfOpen);
        }

        // Not counted any more: those who are refused must not keep others out.
        if (refusal is not null)
        {
            Count(refusal.Reason, address, refusal.Message);
            await RefuseAsync(connection, address, refusal).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Opens a connection to this listener from within its process: what a TCP connection to its port would be, limits and all,
    /// without a socket. The listener need not listen anywhere for that.
    /// </summary>
    /// <param name="remoteEndPoint">
    /// What the listener's Tubs take for the address of whoever connects, and limits count by (<see cref="AddressPrefix"/>);
    /// none by default.
    /// </param>
    /// <returns>The end of whoever connects. Of each direction it holds 128 KiB at most, and nothing while nothing is under way.</returns>
    /// <exception cref="ObjectDisposedException">The listener is disposed.</exception>
    public TransportConnection Connect(EndPoint? remoteEndPoint = null)
    {
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        (InProcessConnection near, InProcessConnection far) = InProcessConnection.CreatePair(remoteEndPoint);
        _ = HandleAsync(far);
        return near;
    }

    /// <summary>Stops listening. Connections that Tubs and interceptors have taken stay theirs.</summary>
    /// <returns>When no more connections are accepted.</returns>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _acceptor.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Serves a connection until it is negotiated, or taken over.</summary>
    /// <returns>What to answer if it cannot be served.</returns>
    private async Task<Refusal?> ServeAsync(TransportConnection connection, HalfOpenConnection halfOpen)
    {
        (RequestLine? line, Refusal? refusal) = await ReadRequestAsync(connection, halfOpen).ConfigureAwait(false);
        if (line is null)
        {
            return refusal;
        }

        _halfOpen.OnRequested(halfOpen);
        try
        {
            return line.TubId is string name
                ? await ServeTubAsync(connection, name, halfOpen).ConfigureAwait(false)
                : await ServePathAsync(connection, line, halfOpen).ConfigureAwait(false);
        }
        catch (RefusedRequestException exception)
        {
            return Refusal.Of(exception);
        }
    }

    private async Task<Refusal?> ServeTubAsync(TransportConnection connection, string name, HalfOpenConnection halfOpen)
    {
        if (_tubs.TryGetValue(name, out Tub? tub))
        {
            return await NegotiateAsync(connection, tub, halfOpen).ConfigureAwait(false);
        }

        ConnectionRequest request = new(name, connection);
        return _interceptors.Any(interceptor => interceptor.TryTake(request)) ? null : Refusal.UnknownTub(name);
    }

    private async Task<Refusal?> ServePathAsync(TransportConnection connection, RequestLine line, HalfOpenConnection halfOpen)
    {
        // All of it has arrived: this waits for nothing.
        await HeaderBlock.ReadAsync(connection.Input, halfOpen.Ended).ConfigureAwait(false);
        PathRequest request = new(line.Path, connection);
        return _interceptors.Any(interceptor => interceptor.TryTake(request)) ? null : throw RequestHeader.Unknown(line.Text);
    }

    private async Task<(RequestLine? Line, Refusal? Refusal)> ReadRequestAsync(TransportConnection connection, HalfOpenConnection halfOpen)
    {
        using CancellationTokenSource timeout = new(_options.HeaderTimeout, _timeProvider);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, halfOpen.Ended);
        try
        {
            return (await RequestHeader.PeekAsync(connection.Input, ended.Token).ConfigureAwait(false), null);
        }
        catch (RefusedRequestException refusal)
        {
            return (null, Refusal.Of(refusal));
        }
        catch (OperationCanceledException) when (halfOpen.HasGivenWay)
        {
            return (null, Refusal.Of(ListenerRefusal.GaveWay));
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return (null, Refusal.RequestTimeout(_options.HeaderTimeout));
        }
    }

    private async Task<Refusal?> NegotiateAsync(TransportConnection connection, Tub tub, HalfOpenConnection halfOpen)
    {
        CountedConnection counted = new(halfOpen.Address);
        if (_connections.Enter(counted) is ListenerRefusal full)
        {
            return Refusal.Of(full);
        }

        try
        {
            // The Tub negotiates; its part begins behind the request.
            await HeaderBlock.ReadAsync(connection.Input, halfOpen.Ended).ConfigureAwait(false);
            using NegotiationClock clock = new(tub.Options.NegotiationTimeout, tub.TimeProvider);
            halfOpen.Clock = clock;
            TubConnection negotiated = await tub.AcceptAsync(connection, Turns.TakePlace(clock), halfOpen.GivingWay).ConfigureAwait(false);
            _connections.OnEstablished(
                counted,
                () => negotiated.HeldReferences == 0 && negotiated.ExportedReferences == 0,
                () => GiveWay(negotiated));
            _ = LeaveAfterAsync(negotiated, counted);
            return null;
        }
        catch
        {
            _connections.Leave(counted);
            throw;
        }
    }

    private async Task LeaveAfterAsync(TubConnection connection, CountedConnection counted)
    {
        await connection.Closed.ConfigureAwait(false);
        _connections.Leave(counted);
    }

    private void GiveWay(TubConnection connection)
    {
        const string Reason = "it held nothing, and its place was needed for a newer connection";
        Count(ListenerRefusal.GaveWay, connection.RemoteEndPoint?.ToString() ?? "(in memory)", Reason);
        _ = connection.CloseAsync(Reason);
    }

    /// <summary>Tells the peer why; when that is being told to too many already, it is cut without a word.</summary>
    private async Task RefuseAsync(TransportConnection connection, string address, Refusal refusal)
    {
        _log.Refused(address, refusal.Status, refusal.Message);
        try
        {
            if (Interlocked.Increment(ref _refusing) <= Math.Max(_options.MaxHalfOpenConnections, LeastRefusing))
            {
                await RequestRefusal.SendAsync(connection, refusal.Status, refusal.Message, _timeProvider).ConfigureAwait(false);
                return;
            }

            connection.Abort();
            await connection.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _refusing);
        }
    }

    private void OnFailed(string address, Exception exception, bool hasGivenWay)
    {
        if (exception is NegotiationException or OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            string message = hasGivenWay ? Refusal.GaveWayNegotiating : exception.Message;
            Count(hasGivenWay ? ListenerRefusal.GaveWay : ListenerRefusal.NegotiationFailed, address, message);
            _log.NegotiationFailed(address, message);
        }
        else
        {
            _log.ConnectionFaulted(address, exception);
        }
    }

    /// <summary>Counts a refusal; one of a limit is the operator's to know of as well, but not line by line.</summary>
    private void Count(ListenerRefusal reason, string address, string message)
    {
        if (_refusals.Count(reason, out long count) && reason >= ListenerRefusal.GaveWay)
        {
            _log.LimitReached(count, message, address);
        }
    }
}
