using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Foolscap.Furls;

namespace Foolscap.Tubs;

/// <summary>
/// The certificate and the private key that make a Tub who it is: its TubID is the hash of the certificate
/// (<c>foolscap.crypto</c>). Whoever has the key is that Tub.
/// </summary>
/// <remarks>Immutable, and safe to use from any number of threads and Tubs. The files are Foolscap's own: PEM, with the
/// certificate first and the key behind it.</remarks>
public sealed class TubCertificate
{
    private const string SubjectName = "CN=newpb_thingy";
    private const int KeyBits = 2048;

    private readonly string _pem;

    private TubCertificate(X509Certificate2 certificate, string pem)
    {
        _pem = pem;
        TubId = GetTubId(certificate.RawDataMemory.Span);

        // Offline: nothing is looked up or downloaded to complete a chain, because there is no chain.
        Context = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
    }

    /// <summary>The TubID of every Tub that uses this certificate.</summary>
    public TubId TubId { get; }

    internal SslStreamCertificateContext Context { get; }

    /// <summary>Makes a new identity: RSA with 2,048 bits, self-signed with SHA-256, never to expire.</summary>
    /// <returns>The certificate, which nobody else has.</returns>
    public static TubCertificate Create()
    {
        using RSA key = RSA.Create(KeyBits);
        CertificateRequest request = new(SubjectName, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        // Foolscap ignores the dates. No extension is added: Foolscap's TLS would check it.
        using X509Certificate2 certificate = request.CreateSelfSigned(
            new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(9999, 12, 31, 0, 0, 0, TimeSpan.Zero));
        return FromPem($"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }

    /// <summary>Reads a certificate and its private key from the text of a Tub's PEM file.</summary>
    /// <param name="pem">The text: a CERTIFICATE and a PRIVATE KEY (RSA or ECDSA), in any order.</param>
    /// <returns>The certificate.</returns>
    /// <exception cref="CryptographicException">One of the two is missing or unreadable, or they do not belong together.</exception>
    public static TubCertificate FromPem(string pem)
    {
        ArgumentException.ThrowIfNullOrEmpty(pem);
        try
        {
            X509Certificate2 certificate = X509Certificate2.CreateFromPem(pem, pem);
            if (OperatingSystem.IsWindows())
            {
                // Windows' TLS takes no key that exists in memory only.
                using X509Certificate2 ephemeral = certificate;
                certificate = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), password: null);
            }

            return new TubCertificate(certificate, pem);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new CryptographicException(
                $"This is no Tub's PEM file, which holds a certificate and its private key (RSA or ECDSA): {exception.Message}", exception);
        }
    }

    /// <summary>Reads a Tub's PEM file, such as <c>private/node.pem</c> of a Tahoe-LAFS node.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The certificate.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="CryptographicException">It is no Tub's PEM file.</exception>
    public static TubCertificate Load(string path) => FromPem(File.ReadAllText(path));

    /// <summary>Reads a Tub's PEM file, or makes a new identity and writes it there if there is no such file.</summary>
    /// <param name="path">The file; a new one is readable by its owner only, and is there whole or not at all.</param>
    /// <returns>The certificate.</returns>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="CryptographicException">It is no Tub's PEM file.</exception>
    public static TubCertificate LoadOrCreate(string path)
    {
        if (!File.Exists(path))
        {
            try
            {
                SecretFile.Write(path, Create().ToPem(), overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another process was first: its identity is the one that counts.
            }
        }

        return Load(path);
    }

    /// <summary>Gets the text of the Tub's PEM file, which Python Foolscap reads as well. It holds the private key.</summary>
    /// <returns>The certificate, then the key.</returns>
    public string ToPem() => _pem;

    /// <summary>Writes the Tub's PEM file, readable by its owner only, whole or not at all.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => SecretFile.Write(path, _pem);

    /// <summary>The TubID of a certificate: the base32 text of the SHA-1 of its DER bytes.</summary>
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Foolscap's TubIDs are SHA-1.")]
    internal static TubId GetTubId(ReadOnlySpan<byte> der)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(der, hash);
        return TubId.FromCertificateHash(hash);
    }
}
