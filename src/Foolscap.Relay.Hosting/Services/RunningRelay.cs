using System.Net;
using System.Net.Sockets;
using Foolscap.Furls;
using Foolscap.Relay.Server;
using Foolscap.Tubs;

namespace Foolscap.Relay.Hosting.Services;

/// <summary>The parts of a relay between its start and its end.</summary>
/// <param name="Folder">Where it keeps who it is.</param>
/// <param name="Tub">Its own Tub.</param>
/// <param name="Server">The relay.</param>
/// <param name="Listener">What listens for both.</param>
/// <param name="EndPoints">Where.</param>
/// <param name="AllowedTubs">Who may register.</param>
internal sealed record RunningRelay(
    RelayFolder Folder,
    Tub Tub,
    RelayServer Server,
    TubListener Listener,
    IReadOnlyList<IPEndPoint> EndPoints,
    AllowedTubsPolicy AllowedTubs) : IAsyncDisposable
{
    /// <summary>Listens on all addresses, or on none.</summary>
    /// <exception cref="RelayServiceException">One of them is taken, or not this machine's.</exception>
    public static async Task<IReadOnlyList<IPEndPoint>> ListenAsync(TubListener listener, IEnumerable<IPEndPoint> addresses, string key)
    {
        List<IPEndPoint> bound = [];

        // IPv4 first: [::] alone takes IPv4 as well, and beside an IPv4 address leaves that to it.
        foreach (IPEndPoint address in addresses.OrderBy(address => address.AddressFamily == AddressFamily.InterNetworkV6))
        {
            try
            {
                bound.Add(listener.Listen(address));
            }
            catch (SocketException exception)
            {
                await listener.DisposeAsync().ConfigureAwait(false);
                throw new RelayServiceException($"The relay cannot listen on {address} ({key}): {exception.Message}.", exception);
            }
        }

        return bound;
    }

    /// <summary>Sets where others reach the relay, and writes the FURL that says so.</summary>
    public void SetHints(IReadOnlyList<ConnectionHint> hints)
    {
        Tub.Hints = hints;
        Folder.WriteFurl(Server.RegistrarFurl);
    }

    /// <summary>Stops listening, aborts what is still relayed, closes the connections to the Tubs, and lets the folder go.</summary>
    public async ValueTask DisposeAsync()
    {
        await Listener.DisposeAsync().ConfigureAwait(false);
        await Server.DisposeAsync().ConfigureAwait(false);
        await Tub.DisposeAsync().ConfigureAwait(false);
        Folder.Dispose();
    }
}
