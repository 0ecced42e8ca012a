namespace Foolscap.Tubs.Admission;

/// <summary>One connection as <see cref="ConnectionCounts"/> counts it, from its negotiation to its end.</summary>
internal sealed class CountedConnection(AddressPrefix? address)
{
    public AddressPrefix? Address { get; } = address;

    /// <summary>Its place among all that are established, those that have held nothing for longest first; none if it is not.</summary>
    internal LinkedListNode<CountedConnection>? InAll { get; set; }

    internal LinkedListNode<CountedConnection>? OfAddress { get; set; }

    /// <summary>When it was established, or was last seen to hold something.</summary>
    internal long Since { get; set; }

    internal Func<bool>? HoldsNothing { get; set; }

    internal Action? GiveWay { get; set; }

    internal bool IsCounted { get; set; }
}
