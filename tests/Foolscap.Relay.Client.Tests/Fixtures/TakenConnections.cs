using System.Threading.Channels;
using Foolscap.Relay.Tests.Support;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Tests.Fixtures;

/// <summary>Takes over what a listener gets for one TubID, for a test to play that Tub.</summary>
internal sealed class TakenConnections : IConnectionInterceptor
{
    public const string TubId = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    /// <summary>The request that leads here.</summary>
    public static byte[] Request { get; } = "GET /id/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\n\r\n"u8.ToArray();

    private readonly Channel<TransportConnection> _taken = Channel.CreateUnbounded<TransportConnection>();

    public bool TryTake(ConnectionRequest request) => request.TubId == TubId && _taken.Writer.TryWrite(request.Connection);

    /// <summary>The next connection, from which the request has been taken.</summary>
    public async Task<TransportConnection> NextAsync()
    {
        TransportConnection connection = await _taken.Reader.ReadAsync().Within("a connection at the listener");
        Assert.That(await connection.ReceiveAsync(Request.Length), Is.EqualTo(Request));
        return connection;
    }
}
