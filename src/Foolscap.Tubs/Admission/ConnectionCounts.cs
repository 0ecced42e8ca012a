namespace Foolscap.Tubs.Admission;

/// <summary>How many connections there are, in all and by address. Thread-safe.</summary>
internal sealed class ConnectionCounts(int limit, int limitPerAddress)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<AddressPrefix, int> _byAddress = [];
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
    public ListenerRefusal? Enter(AddressPrefix? address)
    {
        lock (_gate)
        {
            if (_count >= limit)
            {
                return ListenerRefusal.ConnectionLimit;
            }

            if (address is AddressPrefix known)
            {
                int count = _byAddress.GetValueOrDefault(known);
                if (count >= limitPerAddress)
                {
                    return ListenerRefusal.ConnectionLimitOfAddress;
                }

                _byAddress[known] = count + 1;
            }

            _count++;
            return null;
        }
    }

    public void Leave(AddressPrefix? address)
    {
        lock (_gate)
        {
            _count--;
            if (address is AddressPrefix known && --_byAddress[known] == 0)
            {
                _byAddress.Remove(known);
            }
        }
    }
}

