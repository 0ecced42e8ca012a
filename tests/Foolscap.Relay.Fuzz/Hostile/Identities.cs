using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Fuzz.Hostile;

/// <summary>
/// The identities of the scene. They are ECDSA's, whose handshakes are quick; and in the order client, hostile, relay, so
/// that the hostile one decides in one of its connections, and is decided upon in another.
/// </summary>
internal static class Identities
{
    public static TubCertificate Client { get; } = Load("client");

    public static TubCertificate Hostile { get; } = Load("hostile");

    public static TubCertificate Relay { get; } = Load("relay");

    private static TubCertificate Load(string name) =>
        TubCertificate.Load(Repository.GetPath("tests", "Foolscap.Relay.Fuzz", "certs", $"{name}.pem"));
}

/// <summary>TLS as the hostile one does it: with its certificate, and without a look at the other end's.</summary>
internal static class HostileTls
{
    private const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;

    private static readonly SslStreamCertificateContext Context = SslStreamCertificateContext.Create(
        X509Certificate2.CreateFromPem(Identities.Hostile.ToPem(), Identities.Hostile.ToPem()), additionalCertificates: null, offline: true);

    public static async Task<SslStream> ConnectAsync(Stream stream)
    {
        SslStream tls = new(stream);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = string.Empty,
            ClientCertificateContext = Context,
            EnabledSslProtocols = Versions,
            CertificateChainPolicy = NoChain(),
            RemoteCertificateValidationCallback = Trusts,
            AllowTlsResume = false,
            AllowRenegotiation = false,
        });
        return tls;
    }

    public static async Task<SslStream> AcceptAsync(Stream stream)
    {
        SslStream tls = new(stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = Context,
            ClientCertificateRequired = true,
            EnabledSslProtocols = Versions,
            CertificateChainPolicy = NoChain(),
            RemoteCertificateValidationCallback = Trusts,
            AllowTlsResume = false,
            AllowRenegotiation = false,
        });
        return tls;
    }

    /// <summary>Else each handshake would look at all authorities that this machine trusts.</summary>
    private static X509ChainPolicy NoChain() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };

    private static bool Trusts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => certificate is not null;
}
