using Foolscap.Furls;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Registration;

/// <summary>One registration of a Tub: on which connection, and whom to ask when somebody wants to reach it.</summary>
/// <param name="listener">The Tub's listener, which is this object's to dispose.</param>
/// <param name="events">Who hears of what becomes of the registration, if the Tub wants to; this object's to dispose.</param>
/// <param name="sendWindow">How many bytes of one stream may be on their way to the Tub.</param>
internal sealed class TubRegistration(RemoteReference listener, RemoteReference? events, int sendWindow)
{
    private int _pendingAccepts;
    private int _missedAccepts;

    public TubId TubId => Connection.RemoteTubId;

    public TubConnection Connection => Listener.Connection;

    public RemoteReference Listener { get; } = listener;

    public int SendWindow { get; } = sendWindow;

    public AddressPrefix? Address { get; } = AddressPrefix.Of(listener.Connection.RemoteEndPoint);

    public string AddressText => Connection.RemoteEndPoint?.ToString() ?? "(in memory)";

    /// <summary>What ends the registration with its connection.</summary>
    public CancellationTokenRegistration OnDisconnected { get; set; }

    /// <summary>Counts a connection that is offered to the Tub.</summary>
    /// <returns>False if too many are offered already.</returns>
    public bool TryBeginAccept(int limit)
    {
        if (Interlocked.Increment(ref _pendingAccepts) <= limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _pendingAccepts);
        return false;
    }

    /// <summary>A connection is not offered any more.</summary>
    /// <param name="isAnswered">
    /// Whether the Tub has answered, or not in time; none if nobody waited for its answer any more, which tells nothing of it.
    /// </param>
    public void EndAccept(bool? isAnswered)
    {
        Interlocked.Decrement(ref _pendingAccepts);
        if (isAnswered == true)
        {
            Volatile.Write(ref _missedAccepts, 0);
        }
        else if (isAnswered == false && Interlocked.Increment(ref _missedAccepts) >= 2)
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
