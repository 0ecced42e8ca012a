
namespace Foolscap.Tubs.Admission;

/// <summary>One connection that is being set up, as a listener counts it.</summary>
internal sealed class HalfOpenConnection : IDisposable
{
    private readonly CancellationTokenSource _givingWay = new();
    private readonly CancellationTokenSource _ended;

    public HalfOpenConnection(AddressPrefix? address, CancellationToken stopping)
    {
        Address = address;
        GivingWay = _givingWay.Token;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, GivingWay);
        Ended = _ended.Token;
    }

    public AddressPrefix? Address { get; }

    /// <summary>Cancelled when the connection has to make room for a newer one.</summary>
    public CancellationToken GivingWay { get; }

    /// <summary>Cancelled then, and when the listener stops.</summary>
    public CancellationToken Ended { get; }

    public bool HasGivenWay { get; private set; }

    /// <summary>Its place among all that wait for their request, or negotiate; none if it does not count any more.</summary>
    internal LinkedListNode<HalfOpenConnection>? InAll { get; set; }

    internal LinkedListNode<HalfOpenConnection>? OfAddress { get; set; }

    /// <summary>When it has sent its request.</summary>
    internal long NegotiatesSince { get; set; }

    internal bool IsCounted { get; set; }

    public void GiveWay()
    {
        HasGivenWay = true;
        try
        {
            _givingWay.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It is over at this very moment.
        }
    }

    public void Dispose()
    {
        _ended.Dispose();
        _givingWay.Dispose();
    }
}
