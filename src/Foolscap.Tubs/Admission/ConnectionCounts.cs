namespace Foolscap.Tubs.Admission;

/// <summary>
/// How many connections there are, in all and by address. When there are as many as may be, one that has held nothing for
/// long makes room: a certificate costs a stranger nothing, and one that is there for a purpose holds a reference, or is
/// held one to. Thread-safe.
/// </summary>
internal sealed class ConnectionCounts(int limit, int limitPerAddress, TimeProvider timeProvider)
{
    /// <summary>So long a connection that holds nothing is left in peace.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Places _all = new();
    private readonly Dictionary<AddressPrefix, Places> _byAddress = [];

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

    /// <summary>Counts a connection, which negotiates.</summary>
    /// <returns>Why it cannot be taken; none if it can.</returns>
    public ListenerRefusal? Enter(CountedConnection connection)
    {
        CountedConnection? leaving = null;
        lock (_gate)
        {
            if (GetPlaces(connection.Address) is Places ofAddress && ofAddress.Count >= limitPerAddress)
            {
                leaving = FindIdle(ofAddress);
                if (leaving is null)
                {
                    return ListenerRefusal.ConnectionLimitOfAddress;
                }
            }
            else if (_all.Count >= limit)
            {
                leaving = FindIdle(_all);
                if (leaving is null)
                {
                    return ListenerRefusal.ConnectionLimit;
                }
            }

            if (leaving is not null)
            {
                Remove(leaving);
            }

            Add(connection);
        }

        leaving?.GiveWay!();
        return null;
    }

    /// <summary>A connection has been negotiated.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="holdsNothing">Whether it could be missed by nobody; it must not block.</param>
    /// <param name="giveWay">Closes it; it must not block.</param>
    public void OnEstablished(CountedConnection connection, Func<bool> holdsNothing, Action giveWay)
    {
        lock (_gate)
        {
            connection.HoldsNothing = holdsNothing;
            connection.GiveWay = giveWay;
            Place(connection);
        }
    }

    /// <summary>A connection has ended, or was not negotiated.</summary>
    public void Leave(CountedConnection connection)
    {
        lock (_gate)
        {
            Remove(connection);
        }
    }

    private Places? GetPlaces(AddressPrefix? address) =>
        address is AddressPrefix known ? _byAddress.GetValueOrDefault(known) : null;

    private CountedConnection? FindIdle(Places places)
    {
        while (places.Established.First?.Value is CountedConnection first && timeProvider.GetElapsedTime(first.Since) >= Grace)
        {
            if (first.HoldsNothing!())
            {
                return first;
            }

            // To the end: so each is looked at once a minute at most, however many strangers knock.
            TakeOut(first);
            Place(first);
        }

        return null;
    }

    private void Add(CountedConnection connection)
    {
        _all.Count++;
        connection.IsCounted = true;
        if (connection.Address is AddressPrefix address)
        {
            if (!_byAddress.TryGetValue(address, out Places? places))
            {
                _byAddress.Add(address, places = new Places());
            }

            places.Count++;
        }
    }

    private void Place(CountedConnection connection)
    {
        connection.Since = timeProvider.GetTimestamp();
        connection.InAll = _all.Established.AddLast(connection);
        connection.OfAddress = GetPlaces(connection.Address)?.Established.AddLast(connection);
    }

    private void Remove(CountedConnection connection)
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

    private static void TakeOut(CountedConnection connection)
    {
        connection.InAll?.List?.Remove(connection.InAll);
        connection.OfAddress?.List?.Remove(connection.OfAddress);
        connection.InAll = connection.OfAddress = null;
    }

    private sealed class Places
    {
        public int Count { get; set; }

        public LinkedList<CountedConnection> Established { get; } = new();
    }
}
