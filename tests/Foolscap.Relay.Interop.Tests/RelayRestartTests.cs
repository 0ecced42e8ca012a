using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Relay.Interop.Tests.Samples;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests;

/// <summary>Many Tubs of one site, whose relay is killed and comes back.</summary>
[NonParallelizable] // Hundreds of handshakes at once, which nobody else need wait for.
internal sealed class RelayRestartTests
{
    private const int Count = 200;

    /// <summary>Waits between attempts are 30 s at most, and each Tub should need one only.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Test]
    public async Task RelayIsKilledAndStartedAgain_HundredsOfTubsComeBack_AndNoHandshakeTimesOut()
    {
        await using PeerFactory peers = new();
        RelayHostProcess first = peers.Keep(await RelayHostProcess.StartAsync(peers.Folder["relay"]));
        ConcurrentQueue<string> reasons = new();
        RegisteredTub[] tubs = [.. Enumerable.Range(0, Count).Select(_ => peers.Keep(new RegisteredTub(first.RegistrarFurl, reasons)))];
        await Task.WhenAll(tubs.Select(tub => tub.Client.WaitUntilRegisteredAsync())).For($"the registration of {Count} Tubs", Limit);
        reasons.Clear();

        await first.Process.KillAsync();
        await Task.WhenAll(tubs.Select(tub => tub.Lost)).For($"the notice of {Count} Tubs that the relay is gone", Limit);
        peers.Keep(await RelayHostProcess.StartAsync(peers.Folder["relay"], first.RegistrarFurl.Hints));

        await Task.WhenAll(tubs.Select(tub => tub.Client.WaitUntilRegisteredAsync())).For($"the return of {Count} Tubs", Limit);
        Assert.That(
            reasons.Where(reason => IsFailedAttempt(reason) && !reason.Contains("Connection refused", StringComparison.Ordinal)),
            Is.Empty,
            "Whoever is served is served in time.");
    }

    /// <summary>Whether it tells of an attempt to come back, and not of the loss itself.</summary>
    private static bool IsFailedAttempt(string reason) =>
        reason.Contains("was not reached", StringComparison.Ordinal) || reason.Contains("within", StringComparison.Ordinal);

    /// <summary>One Tub with its client.</summary>
    private sealed class RegisteredTub : IAsyncDisposable
    {
        private readonly Tub _tub = new(MakeCertificate());
        private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public RegisteredTub(Furl registrar, ConcurrentQueue<string> reasons)
        {
            Client = RelayClient.Start(
                _tub,
                [registrar],
                new IPEndPoint(IPAddress.Loopback, 1),
                new RelayClientOptions { WatchNetwork = false },
                status => OnStatus(status, reasons));
        }

        public RelayClient Client { get; }

        /// <summary>Completes when it has lost the relay.</summary>
        public Task Lost => _lost.Task;

        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            await _tub.DisposeAsync();
        }

        private void OnStatus(RelayStatus status, ConcurrentQueue<string> reasons)
        {
            if (status.State == RelayState.Waiting)
            {
                reasons.Enqueue(status.Reason ?? "");
                _lost.TrySetResult();
            }
        }

        /// <summary>An identity with an ECDSA key: hundreds of RSA keys would take longer than the test.</summary>
        private static TubCertificate MakeCertificate()
        {
            using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            CertificateRequest request = new("CN=newpb_thingy", key, HashAlgorithmName.SHA256);
            using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(9999, 12, 31, 0, 0, 0, TimeSpan.Zero));
            return TubCertificate.FromPem($"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        }
    }
}
