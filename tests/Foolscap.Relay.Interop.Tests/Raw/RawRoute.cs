using System.Net;
using System.Net.Sockets;
using Foolscap.Furls;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Relay.Server;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests.Raw;

/// <summary>A relay and a client of this repository, with raw sockets in place of B and C.</summary>
internal sealed class RawRoute : IAsyncDisposable
{
    private readonly RawTarget _target;
    private readonly int? _bufferSize;

    private RawRoute(CSharpRelay relay, CSharpClient client, RawTarget target, int? bufferSize)
    {
        Relay = relay;
        Client = client;
        _target = target;
        _bufferSize = bufferSize;
    }

    public CSharpRelay Relay { get; }

    public CSharpClient Client { get; }

    public TubId TubId => Client.TubId;

    /// <summary>Starts both.</summary>
    /// <param name="window">The window of both directions; the default one if not given.</param>
    /// <param name="bufferSize">The size of the kernel's buffers at both ends of the way to C and at B, if they shall be small.</param>
    /// <param name="listenerOptions">How the relay's port treats those who connect.</param>
    /// <param name="direct">Whether streams have direct connections.</param>
    /// <param name="time">The clock of both; the system's if not given.</param>
    public static async Task<RawRoute> StartAsync(
        int? window = null, int? bufferSize = null, TubListenerOptions? listenerOptions = null, bool direct = false, TimeProvider? time = null)
    {
        RawTarget target = new(IPAddress.Loopback, bufferSize);
        CSharpRelay relay = new(
            TestCertificates.Mid,
            new RelayServerOptions { Window = window ?? RelayProtocol.DefaultWindow },
            listenerOptions,
            direct,
            time);
        CSharpClient client = await CSharpClient.StartAsync(
            TestCertificates.High,
            [relay.RegistrarFurl],
            ended => ConnectAsync(target.EndPoint, bufferSize, ended),
            CSharpClient.Patient with { Window = window ?? RelayProtocol.DefaultWindow },
            time);
        return new RawRoute(relay, client, target, bufferSize);
    }

    /// <summary>Opens one connection from B to C; the request has been read at C.</summary>
    /// <param name="connect">Opens B's connection; by default to the relay's port.</param>
    public async Task<(RawSocket B, RawSocket C)> OpenAsync(Func<Task<RawSocket>>? connect = null)
    {
        RawSocket b = await (connect is null ? RawSocket.ConnectAsync(Relay.Port, _bufferSize) : connect());
        return (b, await _target.OpenAsync(b, TubId));
    }

    /// <summary>Takes the next connection that the client opens to C.</summary>
    public Task<RawSocket> AcceptAsync() => _target.AcceptAsync();

    /// <summary>Closes C's port: nobody listens there any more.</summary>
    public void CloseTarget() => _target.Dispose();

    public async ValueTask DisposeAsync()
    {
        _target.Dispose();
        await Client.DisposeAsync();
        await Relay.DisposeAsync();
    }

    private static async Task<TransportConnection> ConnectAsync(EndPoint target, int? bufferSize, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        RawTarget.SetBuffers(socket, bufferSize);
        try
        {
            await socket.ConnectAsync(target, cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return TransportConnection.FromSocket(socket);
    }
}
