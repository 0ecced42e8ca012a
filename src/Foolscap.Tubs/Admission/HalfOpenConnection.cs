using Foolscap.Tubs.Handshakes;

namespace Foolscap.Tubs.Admission;

/// <summary>One connection that is being set up, as a listener counts it.</summary>
internal sealed class HalfOpenConnection : TableEntry<HalfOpenConnection>, IDisposable
{
    private readonly CancellationTokenSource _givingWay = new();
    private readonly CancellationTokenSource _ended;

    public HalfOpenConnection(AddressPrefix? address, CancellationToken stopping)
        : base(address)
    {
        GivingWay = _givingWay.Token;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, GivingWay);
        Ended = _ended.Token;
    }

    /// <summary>Cancelled when the connection has to make room for a newer one.</summary>
    public CancellationToken GivingWay { get; }

    /// <summary>Cancelled then, and when the listener stops.</summary>
    public CancellationToken Ended { get; }

    /// <summary>That of its negotiation; none before.</summary>
    public NegotiationClock? Clock { get; set; }

    public bool HasGivenWay { get; private set; }

    public override void GiveWay()
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
