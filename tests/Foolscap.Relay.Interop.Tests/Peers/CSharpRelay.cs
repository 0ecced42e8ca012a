using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Server;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>The relay of this repository.</summary>
internal sealed class CSharpRelay : IRelayPeer
{
    private readonly TubListener _listener;

    /// <summary>Starts a relay on loopback.</summary>
    /// <param name="certificate">Who it is; somebody new if not given.</param>
    /// <param name="options">How it relays.</param>
    /// <param name="listenerOptions">How its port treats those who connect.</param>
    /// <param name="direct">Whether it takes direct connections; most tests are of the message path.</param>
    /// <param name="time">Its clock; the system's if not given.</param>
    /// <param name="getInterceptor">Makes an interceptor that is asked before the relay.</param>
    public CSharpRelay(
        TubCertificate? certificate = null,
        RelayServerOptions? options = null,
        TubListenerOptions? listenerOptions = null,
        bool direct = false,
        TimeProvider? time = null,
        Func<RelayServer, IConnectionInterceptor>? getInterceptor = null)
    {
        Tub = new Tub(certificate ?? TubCertificate.Create(), timeProvider: time);
        Server = new RelayServer(Tub, (options ?? new RelayServerOptions()) with { DirectConnections = direct }, timeProvider: time);
        _listener = new TubListener(listenerOptions, timeProvider: time).Add(Tub);
        if (getInterceptor is not null)
        {
            _listener.Add(getInterceptor(Server));
        }

        Port = _listener.Add(Server).Listen(new IPEndPoint(IPAddress.Loopback, 0)).Port;
        Tub.Hints = [ConnectionHint.Tcp("127.0.0.1", Port)];
    }

    public Tub Tub { get; }

    public RelayServer Server { get; }

    public Furl RegistrarFurl => Server.RegistrarFurl;

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync().AsTask().For("the end of the relay");
        await _listener.DisposeAsync().AsTask().For("the end of the relay's listener");
        await Tub.DisposeAsync().AsTask().For("the end of the relay's Tub");
    }
}
