namespace Foolscap.Tubs.Admission;

/// <summary>
/// How many connections there are, in all and by address. When there are as many as may be, one that has held nothing for
/// long makes room: a certificate costs a stranger nothing, and one that is there for a purpose holds a reference, or is
/// held one to. One that negotiates never does. Thread-safe.
/// </summary>
internal sealed class ConnectionCounts(int limit, int limitPerAddress, TimeProvider timeProvider)
    : AddressTable<CountedConnection>(limit, limitPerAddress, timeProvider)
{
    /// <summary>So long a connection that holds nothing is left in peace.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    protected override ListenerRefusal FullOfAddress => ListenerRefusal.ConnectionLimitOfAddress;

    protected override ListenerRefusal Full => ListenerRefusal.ConnectionLimit;

    /// <summary>A connection has been negotiated.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="holdsNothing">Whether it could be missed by nobody; it must not block.</param>
    /// <param name="giveWay">Closes it; it must not block.</param>
    public void OnEstablished(CountedConnection connection, Func<bool> holdsNothing, Action giveWay) =>
        Settle(connection, settled => settled.OnEstablished(holdsNothing, giveWay));

    protected override CountedConnection? FindLeaving(Group group)
    {
        while (group.Settled.First?.Value is CountedConnection first && IsThereFor(first, Grace))
        {
            if (first.HoldsNothing)
            {
                return first;
            }

            // To the end: so each is looked at once a minute at most, however many strangers knock.
            MoveToEnd(first);
        }

        return null;
    }
}
