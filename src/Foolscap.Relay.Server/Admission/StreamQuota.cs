using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Admission;

/// <summary>How many connections are relayed, held or offered: in all, to each Tub and from each address. Thread-safe.</summary>
internal sealed class StreamQuota(CurrentLimits current)
{
    private readonly Lock _gate = new();
    private readonly KeyedCounts<string> _byTub = new();
    private readonly KeyedCounts<AddressPrefix> _byAddress = new();
    private int _count;

    /// <summary>Counts a connection.</summary>
    /// <returns>Why it cannot be taken; none if it can.</returns>
    public RelayRefusal? Enter(string tubId, AddressPrefix? address)
    {
        RelayLimits limits = current.Value;
        lock (_gate)
        {
            if (_count >= limits.MaxStreams)
            {
                return RelayRefusal.StreamLimit;
            }

            if (address is AddressPrefix full && _byAddress[full] >= limits.MaxStreamsPerAddress)
            {
                return RelayRefusal.StreamLimitOfAddress;
            }

            if (_byTub[tubId] >= limits.MaxStreamsPerTub)
            {
                return RelayRefusal.StreamLimitOfTub;
            }

            _count++;
            _byTub.Add(tubId);
            if (address is AddressPrefix known)
            {
                _byAddress.Add(known);
            }

            return null;
        }
    }

    public void Leave(string tubId, AddressPrefix? address)
    {
        lock (_gate)
        {
            _count--;
            _byTub.Remove(tubId);
            if (address is AddressPrefix known)
            {
                _byAddress.Remove(known);
            }
        }
    }
}
