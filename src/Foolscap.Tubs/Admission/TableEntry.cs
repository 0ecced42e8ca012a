namespace Foolscap.Tubs.Admission;

/// <summary>One connection as an <see cref="AddressTable{TEntry}"/> counts it, which guards it with its lock.</summary>
internal abstract class TableEntry<TEntry>(AddressPrefix? address)
    where TEntry : TableEntry<TEntry>
{
    public AddressPrefix? Address { get; } = address;

    /// <summary>Its place in a queue of the whole table; none if it is in no queue, or does not count any more.</summary>
    internal LinkedListNode<TEntry>? InAll { get; set; }

    internal LinkedListNode<TEntry>? OfAddress { get; set; }

    /// <summary>Since when it is where it is.</summary>
    internal long Since { get; set; }

    internal bool IsCounted { get; set; }

    /// <summary>Ends the connection, for a newer one; it must not block.</summary>
    public abstract void GiveWay();
}
