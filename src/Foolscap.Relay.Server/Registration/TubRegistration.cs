using Foolscap.Furls;
using Foolscap.Relay.Server.Admission;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Registration;

/// <summary>One registration of a Tub: on which connection, and whom to ask when somebody wants to reach it.</summary>
/// <param name="listener">The Tub's listener, which is this object's to dispose.</param>
/// <param name="events">Who hears of what becomes of the registration, if the Tub wants to; this object's to dispose.</param>
/// <param name="sendWindow">How many bytes of one stream may be on their way to the Tub.</param>
/// <param name="limits">How many connections may be offered to the Tub at once.</param>
internal sealed class TubRegistration(RemoteReference listener, RemoteReference? events, int sendWindow, CurrentLimits limits)
{
    private readonly AcceptPlaces _places = new(limits);
    private int _missedAccepts;

    public TubId TubId => Connection.RemoteTubId;

    public TubConnection Connection => Listener.Connection;

    public RemoteReference Listener { get; } = listener;

    public int SendWindow { get; } = sendWindow;

    /// <summary>Whether the Tub's client can open direct connections.</summary>
    public bool TakesDirect { get; init; }

    public AddressPrefix? Address { get; } = AddressPrefix.Of(listener.Connection.RemoteEndPoint);

    public string AddressText => Connection.RemoteEndPoint?.ToString() ?? "(in memory)";

    /// <summary>Whether it has taken the place of an older one; the registry tells.</summary>
    public bool IsReplacement { get; set; }

    /// <summary>Since when it stands; the registry tells.</summary>
    public DateTimeOffset Since { get; set; }

    /// <summary>What ends the registration with its connection.</summary>
    public CancellationTokenRegistration OnDisconnected { get; set; }

    /// <summary>Waits for a place among the connections that are offered to the Tub.</summary>
    public Task EnterAcceptAsync(CancellationToken cancellationToken) => _places.EnterAsync(cancellationToken);

    /// <summary>A connection is not offered any more.</summary>
    public void LeaveAccept() => _places.Leave();

    /// <summary>The time for an answer to a connection that was offered is over.</summary>
    /// <param name="isAnswered">Whether it came in time, or the connection ended meanwhile.</param>
    public void OnAsked(bool isAnswered)
    {
        if (isAnswered)
        {
            Volatile.Write(ref _missedAccepts, 0);
        }
        else if (Interlocked.Increment(ref _missedAccepts) >= 2)
        {
            // A connection that looks alive, and on which nothing arrives any more?
            Connection.Probe();
        }
    }

    /// <summary>Tells the Tub that another connection of it registers; it gets this only while its connection lives.</summary>
    public void TellReplaced(string peer) => Tell(RelayProtocol.Replaced, peer);

    /// <summary>Tells the Tub that the relay stops.</summary>
    public void TellDraining(TimeSpan limit) => Tell(RelayProtocol.Draining, (long)Math.Ceiling(limit.TotalSeconds));

    /// <summary>The connection is about to make room for a newer one of the same Tub: the last moment at which it can be told.</summary>
    public void WatchForReplacement() => Connection.Replaced += OnReplaced;

    /// <summary>Lets go of the Tub's listener, and of the connection.</summary>
    public void Release()
    {
        Connection.Replaced -= OnReplaced;

        // Not Dispose: it would wait for the callback that may be running here.
        OnDisconnected.Unregister();
        Listener.Dispose();
        events?.Dispose();
    }

    private void OnReplaced(TubConnection newer) => TellReplaced(newer.RemoteEndPoint?.ToString() ?? "(in memory)");

    private void Tell(string method, object argument)
    {
        try
        {
            events?.CallOnly(method, [argument]);
        }
        catch (Exception exception) when (exception is ConnectionLostException or ObjectDisposedException)
        {
            // Then there is nobody left to tell.
        }
    }
}
