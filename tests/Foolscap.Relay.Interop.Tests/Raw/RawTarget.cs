using System.Net;
using System.Net.Sockets;
using Foolscap.Furls;
using Foolscap.Relay.Interop.Tests.Peers;

namespace Foolscap.Relay.Interop.Tests.Raw;

/// <summary>A listening TCP socket in place of C.</summary>
internal sealed class RawTarget : IDisposable
{
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Starts to listen.</summary>
    /// <param name="address">Where; the port is any free one.</param>
    /// <param name="bufferSize">The size of the kernel's buffers, if they shall be small.</param>
    public RawTarget(IPAddress address, int? bufferSize = null)
    {
        SetBuffers(_listening, bufferSize); // accepted sockets take it over
        _listening.Bind(new IPEndPoint(address, 0));
        _listening.Listen();
        EndPoint = (IPEndPoint)_listening.LocalEndPoint!;
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Takes the next connection that the client opens to C.</summary>
    public async Task<RawSocket> AcceptAsync()
    {
        Socket accepted = await _listening.AcceptAsync().For("the client's connection to C");
        accepted.NoDelay = true;
        return new RawSocket(accepted, "C");
    }

    /// <summary>Sends the request for C on B's connection.</summary>
    /// <returns>C's end of it, where the request has been read.</returns>
    public async Task<RawSocket> OpenAsync(RawSocket b, TubId tubId)
    {
        byte[] request = RawSocket.MakeRequest(tubId);
        await b.SendAsync(request);
        RawSocket c = await AcceptAsync();
        Assert.That(await c.ReceiveExactlyAsync(request.Length), Is.EqualTo(request), "C got another request than B sent.");
        return c;
    }

    public void Dispose() => _listening.Dispose();

    public static void SetBuffers(Socket socket, int? size)
    {
        if (size is int given)
        {
            (socket.SendBufferSize, socket.ReceiveBufferSize) = (given, given);
        }
    }
}
