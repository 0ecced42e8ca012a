namespace Foolscap.Tubs.Admission;

/// <summary>
/// The connections of a listener that are being set up, in all and by address. When it is full, the one that has waited
/// longest for its request makes room: whoever means it has sent his request long before. Thread-safe.
/// </summary>
internal sealed class HalfOpenTable(int limit, int limitPerAddress)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<HalfOpenConnection> _waiting = new();
    private readonly Dictionary<AddressPrefix, AddressCount> _byAddress = [];
    private int _count;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Counts a connection.</summary>
    /// <returns>Why it cannot be taken; none if it can.</returns>
    public ListenerRefusal? Enter(HalfOpenConnection connection)
    {
        HalfOpenConnection? oldest;
        lock (_gate)
        {
            AddressCount? ofAddress = GetAddress(connection.Address);
            if (ofAddress?.Count >= limitPerAddress)
            {
                oldest = ofAddress.Waiting.First?.Value;
                if (oldest is null)
                {
                    return ListenerRefusal.HalfOpenLimitOfAddress;
                }
            }
            else
            {
                oldest = _count >= limit ? _waiting.First?.Value : null;
                if (_count >= limit && oldest is null)
                {
                    return ListenerRefusal.HalfOpenLimit;
                }
            }

            if (oldest is not null)
            {
                Remove(oldest);
            }

            Add(connection);
        }

        oldest?.GiveWay();
        return null;
    }

    /// <summary>A connection has sent its request: it makes room for nobody any more.</summary>
    public void OnRequested(HalfOpenConnection connection)
    {
        lock (_gate)
        {
            StopWaiting(connection);
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

    private AddressCount? GetAddress(AddressPrefix? address) =>
        address is AddressPrefix known ? _byAddress.GetValueOrDefault(known) : null;

    private void Add(HalfOpenConnection connection)
    {
        _count++;
        connection.IsCounted = true;
        connection.InAll = _waiting.AddLast(connection);
        if (connection.Address is AddressPrefix address)
        {
            if (!_byAddress.TryGetValue(address, out AddressCount? count))
            {
                _byAddress.Add(address, count = new AddressCount());
            }

            count.Count++;
            connection.OfAddress = count.Waiting.AddLast(connection);
        }
    }

    private void Remove(HalfOpenConnection connection)
    {
        if (!connection.IsCounted)
        {
            return;
        }

        StopWaiting(connection);
        connection.IsCounted = false;
        _count--;
        if (connection.Address is AddressPrefix address && --_byAddress[address].Count == 0)
        {
            _byAddress.Remove(address);
        }
    }

    private static void StopWaiting(HalfOpenConnection connection)
    {
        connection.InAll?.List?.Remove(connection.InAll);
        connection.OfAddress?.List?.Remove(connection.OfAddress);
        connection.InAll = connection.OfAddress = null;
    }

    private sealed class AddressCount
    {
        public int Count { get; set; }

        public LinkedList<HalfOpenConnection> Waiting { get; } = new();
    }
}
