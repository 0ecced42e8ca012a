using System.IO.Pipelines;
using System.Text;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests.Fixtures;

/// <summary>The other end of a direct connection, or somebody who would like to be it.</summary>
internal sealed class DirectPeer
{
    private readonly DuplexPipePair _pair = new(Piping.Boundless);

    /// <summary>The relay's side.</summary>
    public TransportConnection Connection => _pair.FirstConnection;

    public IDuplexPipe Outside => _pair.Second;

    public Task RequestAsync(string token, byte[] behind) => Outside.SendAsync(
        [.. Encoding.ASCII.GetBytes($"GET /direct/{token} HTTP/1.1\r\nHost: relay.test\r\nUpgrade: foolscap-relay\r\nConnection: Upgrade\r\n\r\n"), .. behind]);

    /// <summary>Reads the status line that the relay answers instead.</summary>
    public async Task<string> RefusalAsync()
    {
        string answer = Encoding.UTF8.GetString(await Outside.ReceiveToEndAsync());
        await Outside.Output.CompleteAsync();
        Assert.That(answer, Does.EndWith("\r\n\r\n"));
        return answer[..^4];
    }
}
