using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Negotiation;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Tests.Negotiation;

/// <summary>A client that a test leads through the negotiation block by block, over a real TLS session in memory.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly SslStream _tls;
    private readonly Task _handling;

    private RawPeer(CuttingPipe link, SslStream tls, Task handling)
    {
        Link = link;
        _tls = tls;
        _handling = handling;
        Input = PipeReader.Create(tls);
    }

    public CuttingPipe Link { get; }

    public PipeReader Input { get; }

    public SslProtocols Protocol => _tls.SslProtocol;

    public static async Task<RawPeer> ConnectAsync(TestTub server, TubCertificate certificate, SslProtocols protocols)
    {
        CuttingPipe link = new();
        Task handling = server.Listener.HandleAsync(link.Second);
        await link.First.Output.WriteAsync(Encoding.ASCII.GetBytes($"GET /id/{server.TubId} HTTP/1.1\r\n\r\n"));
        await HeaderBlock.ReadAsync(link.First.Input, TestTime.Token);
        SslStream tls = new(new DuplexPipeStream(link.First));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = string.Empty,
                ClientCertificateContext = certificate.Context,
                EnabledSslProtocols = protocols,
                RemoteCertificateValidationCallback = (_, shown, _, _) =>
                    TubCertificate.GetTubId(shown!.GetRawCertData()) == server.TubId,
            },
            TestTime.Token);
        return new RawPeer(link, tls, handling);
    }

    /// <summary>Says who it is, and reads who the server is and what it decides.</summary>
    /// <returns>The decision.</returns>
    public async Task<string> NegotiateAsync(Hello hello)
    {
        await _tls.WriteAsync(hello.Format(), TestTime.Token);
        Hello.Parse(await HeaderBlock.ReadAsync(Input, TestTime.Token));
        string decision = await HeaderBlock.ReadAsync(Input, TestTime.Token);
        return decision;
    }

    public async ValueTask DisposeAsync()
    {
        Link.First.Abort();
        await _tls.DisposeAsync();
        await Link.First.DisposeAsync();
        await _handling.WithinLimit();
    }
}
