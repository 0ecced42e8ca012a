using Foolscap.Relay.Server.Admission;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Interception;

/// <summary>Connections for which a Tub's client opens one of its own.</summary>
internal sealed partial class StreamAcceptor : IStreamCounter
{
    private readonly DirectOffers _offers = new();
    private long _totalDirect;

    /// <summary>Takes a connection that has come with a token.</summary>
    /// <returns>Whether it is the relay's to answer.</returns>
    public bool TryTakeDirect(TransportConnection connection, string token)
    {
        if (_stopped || !_options.DirectConnections)
        {
            return false; // The listener may have another relay by now.
        }

        if (!_offers.TryTake(token, connection))
        {
            _ = RefuseTokenAsync(connection);
        }

        return true;
    }

    /// <summary>A Tub is not allowed here any more: nothing of it may outlive that.</summary>
    public void AbortDirect(string tubId, string reason) => _active.AbortDirect(tubId, reason);

    void IStreamCounter.OnBytes(StreamDirection direction, long count) =>
        Interlocked.Add(ref direction == StreamDirection.Outbound ? ref _toTubs : ref _fromTubs, count);

    private async Task RefuseTokenAsync(TransportConnection connection)
    {
        Interlocked.Increment(ref _serving);
        await RefuseAsync(
            connection,
            PeerAddress.Format(connection.RemoteEndPoint),
            "(of a token)",
            new RefusedConnectionException(RelayRefusal.UnknownToken, "unknown token")).ConfigureAwait(false);
        LeaveServing();
    }

    /// <summary>Has the caller's connection and the Tub's become one copy.</summary>
    /// <exception cref="RefusedConnectionException">The relay stops, or the Tub has broken the connection off.</exception>
    private async Task<ActiveStream> StartDirectAsync(
        TransportConnection caller, TransportConnection direct, Accepted accepted, string peer, CallerRequest request, BufferReservation reservation)
    {
        RefusedConnectionException? refusal = null;
        DirectStream stream = new(caller, direct, CreateDirectOptions(accepted, reservation));
        ActiveStream active = new(stream, accepted.Registration, accepted.Tub.Traffic, peer, _timeProvider);
        if (!accepted.Stream.TryDetach("it has a direct connection"))
        {
            refusal = new RefusedConnectionException(
                RelayRefusal.TubAnswerInvalid, $"Tub {accepted.Registration.TubId} broke the connection off before it had accepted it");
        }
        else
        {
            // Counted first: either a drain sees the stream, or it is seen here that there is one.
            _active.Add(active);
            if (IsDraining && stream.TryDetach())
            {
                _active.Withdraw(active);
                refusal = new RefusedConnectionException(RelayRefusal.Draining, Draining);
            }
        }

        if (refusal is not null)
        {
            direct.Abort();
            await direct.DisposeAsync().ConfigureAwait(false);
            throw refusal;
        }

        Interlocked.Increment(ref _totalDirect);
        OnStarting(request, active);
        stream.Start();
        return active;
    }

    private DirectStreamOptions CreateDirectOptions(Accepted accepted, BufferReservation reservation) => new()
    {
        Reservation = reservation,
        Pacer = RatePacer.Create(accepted.Tub.Bytes, _bytes, _limits, _timeProvider),
        Observer = _options.Observer,
        Counter = this,
        TimeProvider = _timeProvider,
    };
}
