namespace Foolscap.Tubs.Admission;

/// <summary>One connection as <see cref="ConnectionCounts"/> counts it, from its negotiation to its end.</summary>
internal sealed class CountedConnection(AddressPrefix? address) : TableEntry<CountedConnection>(address)
{
    private Func<bool>? _holdsNothing;
    private Action? _giveWay;

    /// <summary>Whether it is established, and could be missed by nobody.</summary>
    public bool HoldsNothing => _holdsNothing is not null && _holdsNothing();

    /// <summary>It has been negotiated.</summary>
    public void OnEstablished(Func<bool> holdsNothing, Action giveWay) => (_holdsNothing, _giveWay) = (holdsNothing, giveWay);

    public override void GiveWay() => _giveWay!();
}
