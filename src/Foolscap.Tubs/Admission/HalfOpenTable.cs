namespace Foolscap.Tubs.Admission;

/// <summary>
/// The connections of a listener that are being set up, in all and by address. When it is full, the one that has waited
/// longest for its request makes room: whoever means it has sent his request long before. If none waits, one of those
/// that negotiate does, of the address that has the most: a request alone costs a stranger nothing. Thread-safe.
/// </summary>
internal sealed class HalfOpenTable(int limit, int limitPerAddress, TimeProvider timeProvider)
{
    /// <summary>So long a negotiation is left in peace: a handshake over a bad link is done by then, as a rule.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Queues _all = new();
    private readonly Dictionary<AddressPrefix, Queues> _byAddress = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _all.Count;
            }
        }
    }

    /// <summary>Counts a connection.</summary>
    /// <returns>Why it cannot be taken; none if it can.</returns>
    public ListenerRefusal? Enter(HalfOpenConnection connection)
    {
        HalfOpenConnection? leaving = null;
        lock (_gate)
        {
            if (GetQueues(connection.Address) is Queues ofAddress && ofAddress.Count >= limitPerAddress)
            {
                leaving = ofAddress.Waiting.First?.Value ?? FindLate(ofAddress);
                if (leaving is null)
                {
                    return ListenerRefusal.HalfOpenLimitOfAddress;
                }
            }
            else if (_all.Count >= limit)
            {
                leaving = _all.Waiting.First?.Value ?? FindLateOfLargest() ?? FindLate(_all);
                if (leaving is null)
                {
                    return ListenerRefusal.HalfOpenLimit;
                }
            }

            if (leaving is not null)
            {
                Remove(leaving);
            }

            Add(connection);
        }

        leaving?.GiveWay();
        return null;
    }

    /// <summary>A connection has sent its request: it makes room only if none waits for one.</summary>
    public void OnRequested(HalfOpenConnection connection)
    {
        lock (_gate)
        {
            if (!connection.IsCounted)
            {
                return;
            }

            TakeOut(connection);
            connection.NegotiatesSince = timeProvider.GetTimestamp();
            connection.InAll = _all.Negotiating.AddLast(connection);
            connection.OfAddress = GetQueues(connection.Address)?.Negotiating.AddLast(connection);
        }
    }

    /// <summary>A connection is set up, or over.</summary>
    public void Leave(HalfOpenConnection connection)
    {
        lock (_gate)
        {
            Remove(connection);
        }
    }

    private Queues? GetQueues(AddressPrefix? address) =>
        address is AddressPrefix known ? _byAddress.GetValueOrDefault(known) : null;

    /// <summary>The one that has negotiated longest, if that is long.</summary>
    private HalfOpenConnection? FindLate(Queues queues) =>
        queues.Negotiating.First?.Value is HalfOpenConnection oldest && timeProvider.GetElapsedTime(oldest.NegotiatesSince) >= Grace
            ? oldest
            : null;

    /// <summary>The same for the address that has the most; of several, that of the oldest.</summary>
    private HalfOpenConnection? FindLateOfLargest()
    {
        HalfOpenConnection? found = null;
        int most = 0;
        foreach (Queues queues in _byAddress.Values)
        {
            if (queues.Count >= most
                && FindLate(queues) is HalfOpenConnection late
                && (queues.Count > most || late.NegotiatesSince < found!.NegotiatesSince))
            {
                (found, most) = (late, queues.Count);
            }
        }

        return found;
    }

    private void Add(HalfOpenConnection connection)
    {
        _all.Count++;
        connection.IsCounted = true;
        connection.InAll = _all.Waiting.AddLast(connection);
        if (connection.Address is AddressPrefix address)
        {
            if (!_byAddress.TryGetValue(address, out Queues? queues))
            {
                _byAddress.Add(address, queues = new Queues());
            }

            queues.Count++;
            connection.OfAddress = queues.Waiting.AddLast(connection);
        }
    }

    private void Remove(HalfOpenConnection connection)
    {
        if (!connection.IsCounted)
        {
            return;
        }

        TakeOut(connection);
        connection.IsCounted = false;
        _all.Count--;
        if (connection.Address is AddressPrefix address && --_byAddress[address].Count == 0)
        {
            _byAddress.Remove(address);
        }
    }

    private static void TakeOut(HalfOpenConnection connection)
    {
        connection.InAll?.List?.Remove(connection.InAll);
        connection.OfAddress?.List?.Remove(connection.OfAddress);
        connection.InAll = connection.OfAddress = null;
    }

    /// <summary>Connections, oldest first.</summary>
    private sealed class Queues
    {
        public int Count { get; set; }

        /// <summary>Those that have not sent their request.</summary>
        public LinkedList<HalfOpenConnection> Waiting { get; } = new();

        /// <summary>Those that have.</summary>
        public LinkedList<HalfOpenConnection> Negotiating { get; } = new();
    }
}
