using System.IO.Pipelines;
using System.Net;
using System.Text;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests.Fixtures;

/// <summary>Somebody who holds a FURL, and knows nothing of relays.</summary>
internal sealed class Caller(EndPoint? address, string tubId, PipeOptions? pipe)
{
    private readonly DuplexPipePair _pair = new(pipe, address);

    /// <summary>The relay's side.</summary>
    public TransportConnection Connection => _pair.FirstConnection;

    public IDuplexPipe Outside => _pair.Second;

    public byte[] Request { get; } =
        Encoding.ASCII.GetBytes($"GET /id/{tubId} HTTP/1.1\r\nHost: relay.test\r\nUpgrade: TLS/1.0\r\nConnection: Upgrade\r\n\r\n");

    /// <summary>Reads the status line that the relay answers instead of relaying.</summary>
    public async Task<string> RefusalAsync()
    {
        string answer = Encoding.UTF8.GetString(await Outside.ReceiveToEndAsync());
        await Outside.Output.CompleteAsync();
        Assert.That(answer, Does.EndWith("\r\n\r\n"));
        return answer[..^4];
    }
}
