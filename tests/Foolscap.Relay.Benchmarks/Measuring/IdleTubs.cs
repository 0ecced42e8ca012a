using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.Tubs;

namespace Foolscap.Relay.Benchmarks.Measuring;

/// <summary>Tubs that are registered with a relay, and that nobody calls; all of them in this process. Not thread-safe.</summary>
internal sealed class IdleTubs(Furl registrar) : IAsyncDisposable
{
    /// <summary>More at once would only wait for each other's handshakes.</summary>
    private const int AtOnce = 16;

    private static readonly TimeSpan RegistrationLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReturnLimit = TimeSpan.FromMinutes(5);
    private static readonly IPEndPoint Nowhere = new(IPAddress.Loopback, 1);

    private readonly List<(Tub Tub, RelayClient Client)> _registered = [];
    private readonly Returns _returns = new();

    public int Count => _registered.Count;

    /// <summary>Registers Tubs until there are so many.</summary>
    public async Task GrowAsync(int count)
    {
        while (_registered.Count < count)
        {
            int more = Math.Min(AtOnce, count - _registered.Count);
            _registered.AddRange(await Task.WhenAll(Enumerable.Range(0, more).Select(_ => Task.Run(RegisterAsync))));
        }
    }

    /// <summary>Waits until all are registered again, with a relay that was away.</summary>
    /// <param name="since">Since when the relay listens again (<see cref="System.Diagnostics.Stopwatch.GetTimestamp"/>).</param>
    /// <returns>How long that took, and what went wrong meanwhile.</returns>
    public async Task<ReturnFigures> WaitUntilBackAsync(long since)
    {
        await Task.WhenAll(_registered.Select(registered => _returns.WaitAsync(registered.Tub.TubId, since))).WaitAsync(ReturnLimit);
        return _returns.Sum(since);
    }

    public async ValueTask DisposeAsync()
    {
        await Parallel.ForEachAsync(_registered, async (registered, _) =>
        {
            await registered.Client.DisposeAsync();
            await registered.Tub.DisposeAsync();
        });
    }

    private async Task<(Tub Tub, RelayClient Client)> RegisterAsync()
    {
        Tub tub = new(MakeCertificate());
        RelayClient client = RelayClient.Start(tub, [registrar], Nowhere, new RelayClientOptions { WatchNetwork = false }, status => _returns.OnStatus(tub.TubId, status));
        await client.WaitUntilRegisteredAsync().WaitAsync(RegistrationLimit);
        return (tub, client);
    }

    /// <summary>
    /// An identity with an ECDSA key: thousands of RSA keys would take minutes to make. A relay holds as much of the one as
    /// of the other, but for 600 bytes of certificate.
    /// </summary>
    private static TubCertificate MakeCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=newpb_thingy", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(9999, 12, 31, 0, 0, 0, TimeSpan.Zero));
        return TubCertificate.FromPem($"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }
}
