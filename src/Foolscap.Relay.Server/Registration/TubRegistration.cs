using Foolscap.Furls;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Registration;

/// <summary>One Tub that has registered: on which connection, and whom to ask when somebody wants to reach it.</summary>
/// <param name="listener">The Tub's listener, which is this object's to dispose.</param>
/// <param name="sendWindow">How many bytes of one stream may be on their way to the Tub.</param>
internal sealed class TubRegistration(RemoteReference listener, int sendWindow)
{
    public TubId TubId => Connection.RemoteTubId;

    public TubConnection Connection => Listener.Connection;

    public RemoteReference Listener { get; } = listener;

    public int SendWindow { get; } = sendWindow;

    /// <summary>What ends the registration with its connection.</summary>
    public CancellationTokenRegistration OnDisconnected { get; set; }

    /// <summary>Lets go of the Tub's listener, and of the connection.</summary>
    public void Release()
    {
        // Not Dispose: it would wait for the callback that may be running here.
        OnDisconnected.Unregister();
        Listener.Dispose();
    }
}
