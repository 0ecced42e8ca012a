namespace Foolscap.Tubs.Admission;

/// <summary>One connection that is being set up, as a listener counts it.</summary>
internal sealed class HalfOpenConnection(AddressPrefix? address, CancellationToken stopping) : IDisposable
{
    private readonly CancellationTokenSource _ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);

    public AddressPrefix? Address { get; } = address;

    /// <summary>Cancelled when the connection has to make room for a newer one, and when the listener stops.</summary>
    public CancellationToken Ended => _ended.Token;

    public bool HasGivenWay { get; private set; }

    /// <summary>Its place among those that wait for their request; none if it does not, or does not count any more.</summary>
    internal LinkedListNode<HalfOpenConnection>? InAll { get; set; }

    internal LinkedListNode<HalfOpenConnection>? OfAddress { get; set; }

    internal bool IsCounted { get; set; }

    public void GiveWay()
    {
        HasGivenWay = true;
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It is over at this very moment.
        }
    }

    public void Dispose() => _ended.Dispose();
}
