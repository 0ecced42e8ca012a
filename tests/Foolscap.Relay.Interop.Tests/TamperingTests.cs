using System.Collections.Concurrent;
using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Relay.Interop.Tests.Raw;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests;

/// <summary>A relay that changes what it carries: the TLS between B and C notices, and nobody else.</summary>
[NonParallelizable] // It keeps the relay busy.
internal sealed class TamperingTests
{
    /// <summary>Behind the 5 bytes of a TLS record's head, and before the end of the smallest record there is.</summary>
    private const int InsideARecord = 12;

    private readonly ConcurrentQueue<byte[]> _arrived = new();
    private PeerFactory _peers = null!;
    private Tamperer _tamperer = null!;
    private Furl _furl = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _arrived.Clear();
        _peers = new PeerFactory();
        CSharpRelay relay = _peers.Keep(new CSharpRelay(getInterceptor: server => _tamperer = new Tamperer(server)));
        Tub c = _peers.Keep(new Tub(TubCertificate.Create()));
        TubListener listener = _peers.Keep(new TubListener(c));
        CSharpClient client = _peers.Keep(await CSharpClient.StartAsync(
            c.Certificate, [relay.RegistrarFurl], listener.Listen(new IPEndPoint(IPAddress.Loopback, 0))));
        c.Hints = client.Hints;
        _furl = c.Register(new Referenceable().On("echo", call =>
        {
            byte[] data = call.Get<byte[]>(0);
            _arrived.Enqueue(data);
            return data;
        }));
    }

    [TearDown]
    public async Task StopAsync() => await _peers.DisposeAsync();

    [TestCase(true, TestName = "FlippedByte_OfBsCall_EndsTheConnectionAndNeverArrives")]
    [TestCase(false, TestName = "FlippedByte_OfCsAnswer_EndsTheConnectionAndNeverArrives")]
    public async Task FlippedByte_EndsTheConnectionAndNeverArrives(bool up)
    {
        RemoteReference victim = await ConnectAsync();
        Assert.That(await EchoAsync(victim, [1, 2, 3]), Is.EqualTo(new byte[] { 1, 2, 3 }), "before the tampering");
        await using BesideStream beside = await BesideStream.StartAsync(await ConnectAsync());
        _arrived.Clear();

        byte[] call = Pattern.Make(1000, seed: 9);
        Task flipped = _tamperer.FlipNext(up, InsideARecord);
        ConnectionLostException? lost = await Assert.ThrowsAsync<ConnectionLostException>(() => EchoAsync(victim, call));

        Assert.That(flipped.IsCompleted, Is.True, $"B's connection ended before anything was tampered with: {lost!.Message}");
        await beside.CheckAsync();
        byte[][] arrived = [.. _arrived.Where(data => data.Length != BesideStream.Size)];
        Assert.That(arrived, up ? Is.Empty : Is.EqualTo(new[] { call }), "what C got of the tampered connection");
    }

    [TestCase(true, TestName = "FlippedByte_OfBsHandshake_EndsTheNegotiation")]
    [TestCase(false, TestName = "FlippedByte_OfCsHandshake_EndsTheNegotiation")]
    public async Task FlippedByte_OfTheHandshake_EndsTheNegotiation(bool up)
    {
        Task flipped = _tamperer.FlipBehindHeader(up, offset: 40);

        NegotiationException? failure = await Assert.ThrowsAsync<NegotiationException>(ConnectAsync);

        Assert.That(flipped.IsCompleted, Is.True, $"B failed before anything was tampered with: {failure!.Message}");
        await using BesideStream next = await BesideStream.StartAsync(await ConnectAsync());
        await next.CheckAsync();
    }

    [Test]
    public async Task FlippedByte_OfAPythonCaller_FailsItsStep()
    {
        ITargetPeer target = await _peers.StartTargetAsync(Language.Python);
        Tamperer tamperer = null!;
        CSharpRelay relay = _peers.Keep(new CSharpRelay(getInterceptor: server => tamperer = new Tamperer(server)));
        IClientPeer client = await _peers.StartClientAsync(Language.CSharp, relay.RegistrarFurl, target);
        Task flipped = tamperer.FlipBehindHeader(up: true, offset: 40);

        string error = await PythonCaller.FailToConnectAsync(await target.OfferAsync(client.Hints));

        Assert.That(flipped.IsCompleted, Is.True, $"B failed before anything was tampered with: {error}");
    }

    private async Task<RemoteReference> ConnectAsync() =>
        await _peers.Keep(new Tub(TubCertificate.Create())).GetReferenceAsync(_furl).For("B's reference to C");

    private static Task<byte[]> EchoAsync(RemoteReference c, byte[] data) => c.CallAsync<byte[]>("echo", [data]).For("C's answer");

    /// <summary>Another B that has one call after the other answered, for as long as the test takes.</summary>
    private sealed class BesideStream : IAsyncDisposable
    {
        public const int Size = 64 * 1024;

        private readonly RemoteReference _c;
        private readonly SemaphoreSlim _rounds = new(0);
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        private BesideStream(RemoteReference c)
        {
            _c = c;
            _running = RunAsync();
        }

        public static async Task<BesideStream> StartAsync(RemoteReference c)
        {
            BesideStream stream = new(c);
            await stream.WaitForRoundAsync();
            return stream;
        }

        /// <summary>Waits for rounds that began after this call.</summary>
        public async Task CheckAsync()
        {
            while (_rounds.Wait(0))
            {
                // Rounds of before.
            }

            await WaitForRoundAsync();
            await WaitForRoundAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _rounds.Dispose();
            _stop.Dispose();
        }

        private async Task WaitForRoundAsync()
        {
            Task round = _rounds.WaitAsync();
            await (await Task.WhenAny(round, _running).For("a round of the stream beside")).For("a round of the stream beside");
            Assert.That(round.IsCompleted, Is.True, "The stream beside has ended.");
        }

        private async Task RunAsync()
        {
            for (int i = 0; !_stop.IsCancellationRequested; i++)
            {
                byte[] data = Pattern.Make(Size, position: (long)i * Size);
                Assert.That(await EchoAsync(_c, data), Is.EqualTo(data).AsCollection, $"round {i}");
                _rounds.Release();
            }
        }
    }
}
