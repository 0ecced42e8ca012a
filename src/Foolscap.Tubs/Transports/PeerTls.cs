using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Foolscap.Furls;
using Foolscap.Tubs.Handshakes;

namespace Foolscap.Tubs.Transports;

/// <summary>
/// TLS between two Tubs (<c>foolscap.crypto</c>): TLS 1.2 or 1.3, both ends with a certificate, no certificate
/// authority. What counts is whose hash the certificate has, and that the peer holds its key, which the handshake proves.
/// </summary>
internal sealed class PeerTls : IGatheringWriter, IAsyncDisposable
{
    private readonly DuplexPipeStream _below;
    private readonly HandshakeStream? _between;

    private PeerTls(DuplexPipeStream below, HandshakeStream? between = null)
    {
        _below = below;
        _between = between;
        Stream = new SslStream((Stream?)between ?? below, leaveInnerStreamOpen: false);
    }

    public SslStream Stream { get; }

    /// <summary>How many bytes the transport has taken so far; it grows by 64 KiB at most: a few TLS records.</summary>
    public long TakenBytes => _below.TakenBytes;

    /// <summary>
    /// Grows with what the transport takes, and with what the other end's host acknowledges where that is known: Linux takes
    /// more only when a third of what it holds, which may be megabytes, has left.
    /// </summary>
    public long MovedBytes => TakenBytes + (Delivery?.AcknowledgedBytes ?? 0);

    /// <summary>What the other end's host has of them; none where that is not known.</summary>
    public Delivery? Delivery => _below.Delivery;

    /// <summary>The TubID of the peer's certificate; none if it showed no certificate.</summary>
    public TubId? PeerTubId { get; private set; }

    /// <summary>Does the handshake of the side that connects, which takes no turns: a program has few Tubs to connect to.</summary>
    /// <exception cref="NegotiationException">TLS failed, or the other end is another Tub.</exception>
    public static async Task<PeerTls> ConnectAsync(
        TransportConnection connection, TubCertificate certificate, TubId target, CancellationToken cancellationToken)
    {
        PeerTls tls = Create(connection);
        await tls.AuthenticateAsync(
            tls.Stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = target.ToString(), // what sessions are kept by; the request has told it to everybody already
                    ClientCertificateContext = certificate.Context,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    CertificateChainPolicy = NoChain(),
                    RemoteCertificateValidationCallback = (_, shown, _, _) => tls.TakeCertificate(shown) == target,
                    AllowTlsResume = true,
                    AllowRenegotiation = false,
                },
                cancellationToken),
            target).ConfigureAwait(false);
        return tls;
    }

    /// <summary>Does the handshake of the side that listens, in turns with the others.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="certificate">Who this side is.</param>
    /// <param name="place">Its place among the others; it has no turn any more when this is over.</param>
    /// <param name="cancellationToken">Ends the handshake.</param>
    /// <exception cref="NegotiationException">TLS failed.</exception>
    [SuppressMessage(
        "Security",
        "CA5359:Do Not Disable Certificate Validation",
        Justification = "A caller may be any Tub; one without a certificate is refused behind the handshake, where it can be told why.")]
    public static async Task<PeerTls> AcceptAsync(
        TransportConnection connection, TubCertificate certificate, HandshakePlace place, CancellationToken cancellationToken)
    {
        DuplexPipeStream below = new(connection);
        PeerTls tls = new(below, new HandshakeStream(below, place));
        await tls.AuthenticateAsync(
            tls.Stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = certificate.Context,
                    ClientCertificateRequired = true,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    CertificateChainPolicy = NoChain(),
                    RemoteCertificateValidationCallback = (_, shown, _, _) =>
                    {
                        tls.TakeCertificate(shown);
                        return true;
                    },
                    AllowTlsResume = true,
                    AllowRenegotiation = false,
                },
                cancellationToken),
            target: null).ConfigureAwait(false);
        return tls;
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        _below.IsGathering = true;
        return Stream.WriteAsync(bytes);
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync()
    {
        _below.IsGathering = false;
        return _below.SendGatheredAsync();
    }

    /// <summary>Sends the end of TLS, if that can still be done. It never fails.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "See below.")]
    public async Task ShutdownAsync()
    {
        try
        {
            await Stream.ShutdownAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // SslStream has no list of what it throws here: OpenSSL's own complaints are among it, when the other end's
            // close_notify arrives at the same moment. The end of the stream below tells the other end as well.
        }
    }

    public ValueTask DisposeAsync() => Stream.DisposeAsync();

    private static PeerTls Create(TransportConnection connection) => new(new DuplexPipeStream(connection));

    private async Task AuthenticateAsync(Task handshake, TubId? target)
    {
        try
        {
            await handshake.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            await DisposeAsync().ConfigureAwait(false);
            if (target is not null && PeerTubId is not null && PeerTubId != target)
            {
                throw new NegotiationException($"Connected to the wrong Tub: the certificate is that of {PeerTubId}.", exception);
            }

            throw new NegotiationException($"TLS with the other end failed: {LossReason.Of(exception)}", exception);
        }
        catch
        {
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            _between?.EndHandshake();
        }
    }

    /// <summary>Trusts nobody and looks nothing up: a Tub's certificate stands for itself.</summary>
    private static X509ChainPolicy NoChain() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };

    private TubId? TakeCertificate(X509Certificate? certificate) =>
        PeerTubId = certificate is null ? null : TubCertificate.GetTubId(certificate.GetRawCertData());
}
