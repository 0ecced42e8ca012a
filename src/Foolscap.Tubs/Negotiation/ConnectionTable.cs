using Foolscap.Furls;

namespace Foolscap.Tubs.Negotiation;

/// <summary>
/// The connections of one Tub, at most one to each peer, and the rules by which a second one replaces the first or is
/// refused (<c>foolscap.negotiate.Negotiation.compareOfferAndExisting</c>). Thread-safe.
/// </summary>
internal sealed class ConnectionTable
{
    /// <summary>
    /// How many peers without a connection are remembered. Strangers make up TubIDs at will; one that is forgotten starts
    /// again at number 1.
    /// </summary>
    private const int MaxRemembered = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<TubId, Peer> _peers = [];
    private readonly LinkedList<TubId> _absent = new();
    private bool _closed;

    /// <summary>What this run of the Tub calls itself.</summary>
    public string Incarnation { get; } = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));

    public TubConnection? Find(TubId tubId)
    {
        lock (_gate)
        {
            return _peers.GetValueOrDefault(tubId)?.Current;
        }
    }

    /// <summary>What a client tells in its hello of the last connection that the other side decided upon.</summary>
    public ConnectionMark GetLastConnection(TubId tubId)
    {
        lock (_gate)
        {
            return _peers.GetValueOrDefault(tubId)?.DecidedByPeer ?? ConnectionMark.None;
        }
    }

    /// <summary>Decides, as the master, upon a new connection.</summary>
    /// <param name="connection">The new connection, which gets its mark, and its decision to send.</param>
    /// <param name="offer">The peer's hello.</param>
    /// <param name="existing">The connection that it replaces, or because of which it is refused.</param>
    /// <returns>Whether the new connection is taken.</returns>
    public bool TryDecide(TubConnection connection, Hello offer, out TubConnection? existing)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            Peer peer = GetPeer(connection.RemoteTubId);
            existing = peer.Current;
            if (existing is not null && !MayReplace(existing, offer))
            {
                return false;
            }

            connection.PostDecision(new ConnectionMark(Incarnation, ++peer.LastSequence));
            peer.Current = connection;
            return true;
        }
    }

    /// <summary>Takes, as the slave, the connection that the master has decided upon.</summary>
    /// <returns>The connection that it replaces.</returns>
    public TubConnection? Attach(TubConnection connection, ConnectionMark? decided)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            Peer peer = GetPeer(connection.RemoteTubId);
            TubConnection? existing = peer.Current;
            peer.Current = connection;
            peer.DecidedByPeer = decided ?? peer.DecidedByPeer;
            return existing;
        }
    }

    public void Detach(TubConnection connection)
    {
        lock (_gate)
        {
            if (_peers.TryGetValue(connection.RemoteTubId, out Peer? peer) && peer.Current == connection)
            {
                peer.Current = null;
                peer.Absent = _absent.AddLast(connection.RemoteTubId);
                if (_absent.Count > MaxRemembered)
                {
                    _peers.Remove(_absent.First!.Value);
                    _absent.RemoveFirst();
                }
            }
        }
    }

    /// <summary>Takes no more connections.</summary>
    /// <returns>Those that are there.</returns>
    public IReadOnlyList<TubConnection> Close()
    {
        lock (_gate)
        {
            _closed = true;
            return [.. _peers.Values.Select(peer => peer.Current).OfType<TubConnection>()];
        }
    }

    private Peer GetPeer(TubId tubId)
    {
        if (!_peers.TryGetValue(tubId, out Peer? peer))
        {
            _peers.Add(tubId, peer = new Peer());
        }

        if (peer.Absent is not null)
        {
            _absent.Remove(peer.Absent);
            peer.Absent = null;
        }

        return peer;
    }

    /// <summary>
    /// A peer that runs anew, or that knows of the existing connection and comes all the same, has lost it. One that
    /// does not know of it is most likely a second attempt, over another hint, of the peer that has it.
    /// </summary>
    private bool MayReplace(TubConnection existing, Hello offer)
    {
        if (offer.Incarnation is null || offer.LastConnection is null)
        {
            return false;
        }

        if (offer.Incarnation != existing.RemoteIncarnation)
        {
            return true;
        }

        if (offer.LastConnection.IsNone)
        {
            return false;
        }

        return offer.LastConnection.Incarnation != Incarnation || offer.LastConnection == existing.Mark;
    }

    private void ThrowIfClosed()
    {
        if (_closed)
        {
            throw new NegotiationException("This Tub has been stopped.");
        }
    }

    private sealed class Peer
    {
        public TubConnection? Current { get; set; }

        /// <summary>The number of the last connection that this side decided upon.</summary>
        public long LastSequence { get; set; }

        /// <summary>The mark of the last connection that the peer decided upon.</summary>
        public ConnectionMark? DecidedByPeer { get; set; }

        public LinkedListNode<TubId>? Absent { get; set; }
    }
}
