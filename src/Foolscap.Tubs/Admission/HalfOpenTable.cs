namespace Foolscap.Tubs.Admission;

/// <summary>
/// The connections of a listener that are being set up, in all and by address. When it is full, the one that has waited
/// longest for its request makes room: whoever means it has sent his request long before. If none waits, one of those
/// that negotiate does, of the address that has the most: a request alone costs a stranger nothing. Thread-safe.
/// </summary>
internal sealed class HalfOpenTable(int limit, int limitPerAddress, TimeProvider timeProvider)
    : AddressTable<HalfOpenConnection>(limit, limitPerAddress, timeProvider)
{
    /// <summary>So long a negotiation is left in peace: a handshake over a bad link is done by then, as a rule.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    protected override ListenerRefusal FullOfAddress => ListenerRefusal.HalfOpenLimitOfAddress;

    protected override ListenerRefusal Full => ListenerRefusal.HalfOpenLimit;

    /// <summary>A connection has sent its request: it makes room only if none waits for one.</summary>
    public void OnRequested(HalfOpenConnection connection) => Settle(connection);

    protected override HalfOpenConnection? FindLeaving(Group group) => group.New.First?.Value ?? FindLate(group);

    protected override HalfOpenConnection? FindLeavingOfAll(Group all) => all.New.First?.Value ?? FindLateOfLargest() ?? FindLate(all);

    /// <summary>
    /// The one that has negotiated longest, if that is long without its waits for this side's turns; while it waits for one it
    /// is the next to be served.
    /// </summary>
    private HalfOpenConnection? FindLate(Group group)
    {
        foreach (HalfOpenConnection connection in group.Settled)
        {
            if (!IsThereFor(connection, Grace))
            {
                return null; // Nor have those behind it been there for so long.
            }

            if (connection.Clock is not { } clock || (!clock.IsStopped && IsThereFor(connection, Grace + clock.Stopped)))
            {
                return connection;
            }
        }

        return null;
    }

    /// <summary>The same for the address that has the most; of several, that of the oldest.</summary>
    private HalfOpenConnection? FindLateOfLargest()
    {
        HalfOpenConnection? found = null;
        int most = 0;
        foreach (Group group in Groups)
        {
            if (group.Count >= most
                && FindLate(group) is HalfOpenConnection late
                && (group.Count > most || late.Since < found!.Since))
            {
                (found, most) = (late, group.Count);
            }
        }

        return found;
    }
}
