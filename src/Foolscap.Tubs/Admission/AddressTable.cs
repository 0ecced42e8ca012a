namespace Foolscap.Tubs.Admission;

/// <summary>
/// Connections in all and by address, and no more than so many of either: when there are, one that may be missed makes room
/// for the next. Thread-safe.
/// </summary>
internal abstract class AddressTable<TEntry>(int limit, int limitPerAddress, TimeProvider timeProvider)
    where TEntry : TableEntry<TEntry>
{
    private readonly Lock _gate = new();
    private readonly Group _all = new();
    private readonly Dictionary<AddressPrefix, Group> _byAddress = [];

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

    /// <summary>The groups of all addresses; under the lock.</summary>
    protected IReadOnlyCollection<Group> Groups => _byAddress.Values;

    /// <summary>Counts a connection, which nothing is known of.</summary>
    /// <returns>Why it cannot be taken; none if it can.</returns>
    public ListenerRefusal? Enter(TEntry entry)
    {
        TEntry? leaving = null;
        lock (_gate)
        {
            if (GetGroup(entry.Address) is Group ofAddress && ofAddress.Count >= limitPerAddress)
            {
                leaving = FindLeaving(ofAddress);
                if (leaving is null)
                {
                    return FullOfAddress;
                }
            }
            else if (_all.Count >= limit)
            {
                leaving = FindLeavingOfAll(_all);
                if (leaving is null)
                {
                    return Full;
                }
            }

            if (leaving is not null)
            {
                Remove(leaving);
            }

            Add(entry);
        }

        leaving?.GiveWay();
        return null;
    }

    /// <summary>A connection is over, or is not to be counted here any more.</summary>
    public void Leave(TEntry entry)
    {
        lock (_gate)
        {
            Remove(entry);
        }
    }

    /// <summary>What one hears whose address has too many.</summary>
    protected abstract ListenerRefusal FullOfAddress { get; }

    /// <summary>What one hears when there are too many in all.</summary>
    protected abstract ListenerRefusal Full { get; }

    /// <summary>The one of a group that makes room, if any does; under the lock.</summary>
    protected abstract TEntry? FindLeaving(Group group);

    /// <summary>The one of all; under the lock.</summary>
    protected virtual TEntry? FindLeavingOfAll(Group all) => FindLeaving(all);

    /// <summary>More is known of a connection.</summary>
    /// <param name="entry">The connection.</param>
    /// <param name="change">What is noted in it; under the lock.</param>
    protected void Settle(TEntry entry, Action<TEntry>? change = null)
    {
        lock (_gate)
        {
            change?.Invoke(entry);
            if (entry.IsCounted)
            {
                MoveToEnd(entry);
            }
        }
    }

    /// <summary>Puts a connection at the end of those of which more is known; under the lock.</summary>
    protected void MoveToEnd(TEntry entry)
    {
        TakeOut(entry);
        entry.Since = timeProvider.GetTimestamp();
        entry.InAll = _all.Settled.AddLast(entry);
        entry.OfAddress = GetGroup(entry.Address)?.Settled.AddLast(entry);
    }

    /// <summary>Whether a connection has been where it is for so long.</summary>
    protected bool IsThereFor(TEntry entry, TimeSpan time) => timeProvider.GetElapsedTime(entry.Since) >= time;

    private Group? GetGroup(AddressPrefix? address) =>
        address is AddressPrefix known ? _byAddress.GetValueOrDefault(known) : null;

    private void Add(TEntry entry)
    {
        _all.Count++;
        entry.IsCounted = true;
        entry.InAll = _all.New.AddLast(entry);
        if (entry.Address is AddressPrefix address)
        {
            if (!_byAddress.TryGetValue(address, out Group? group))
            {
                _byAddress.Add(address, group = new Group());
            }

            group.Count++;
            entry.OfAddress = group.New.AddLast(entry);
        }
    }

    private void Remove(TEntry entry)
    {
        if (!entry.IsCounted)
        {
            return;
        }

        TakeOut(entry);
        entry.IsCounted = false;
        _all.Count--;
        if (entry.Address is AddressPrefix address && --_byAddress[address].Count == 0)
        {
            _byAddress.Remove(address);
        }
    }

    private static void TakeOut(TEntry entry)
    {
        entry.InAll?.List?.Remove(entry.InAll);
        entry.OfAddress?.List?.Remove(entry.OfAddress);
        entry.InAll = entry.OfAddress = null;
    }

    /// <summary>The connections of one address, or of all; in each queue the oldest first.</summary>
    protected sealed class Group
    {
        public int Count { get; set; }

        /// <summary>Those of which nothing is known.</summary>
        public LinkedList<TEntry> New { get; } = new();

        /// <summary>Those of which more is.</summary>
        public LinkedList<TEntry> Settled { get; } = new();
    }
}
