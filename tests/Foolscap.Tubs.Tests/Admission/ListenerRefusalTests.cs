using System.Net;
using System.Text;
using Foolscap.Furls;
using Foolscap.TestUtilities;

namespace Foolscap.Tubs.Tests.Admission;

/// <summary>Every reason for which a listener does not serve a connection: what the peer reads, and what is counted and logged.</summary>
internal sealed class ListenerRefusalTests
{
    private readonly FakeTimeProvider _time = new();
    private RecordingLoggerFactory _log = null!;
    private TestTub _server = null!;

    [SetUp]
    public void Start() => Start(new TubListenerOptions());

    [TearDown]
    public async Task StopAsync()
    {
        await _server.DisposeAsync();
        _log.Dispose();
    }

    [TestCase("NO\r\n\r\n", ListenerRefusal.BadRequest, "400 Bad Request: this is a Foolscap Tub")]
    [TestCase("GET /id/nobody HTTP/1.1\r\n\r\n", ListenerRefusal.UnknownTub, "404 Not Found: unknown TubID nobody")]
    public async Task Refused_Request_IsToldAndCounted(string request, ListenerRefusal reason, string answer)
    {
        DuplexPipePair peer = await ConnectAsync("192.0.2.1", request);
        Assert.That(await ReadAsync(peer), Does.StartWith($"HTTP/1.1 {answer}"));
        AssertOnly(reason);
    }

    [Test]
    public async Task RequestTimeout_SilentPeer_IsToldAndCounted()
    {
        DuplexPipePair peer = await ConnectAsync("192.0.2.1");
        await _time.WaitForTimerAsync(TimeSpan.FromSeconds(30));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.That(await ReadAsync(peer), Is.EqualTo("HTTP/1.1 408 Request Timeout: no complete request within 30 s\r\n\r\n"));
        AssertOnly(ListenerRefusal.RequestTimeout);
    }

    [Test]
    public async Task NegotiationFailed_GarbageInPlaceOfTls_IsCounted()
    {
        DuplexPipePair peer = await ConnectAsync("192.0.2.1", OwnRequest);
        await peer.First.Output.WriteAsync(new byte[1000]);
        await peer.First.Output.CompleteAsync();
        await _log.WaitForAsync(record => record.EventId.Id == 1003);
        AssertOnly(ListenerRefusal.NegotiationFailed);
        Assert.That(_server.Listener.Statistics.Connections, Is.Zero);
    }

    [Test]
    public async Task GaveWay_TooManyAtOnce_TheOldestIsToldAndALineIsLogged()
    {
        Start(new TubListenerOptions { MaxHalfOpenConnections = 1 });
        DuplexPipePair oldest = await ConnectAsync("192.0.2.1");
        await ConnectAsync("192.0.2.2");
        const string Reason = "too many connections are being set up, and this one had not sent its request yet";
        Assert.That(await ReadAsync(oldest), Is.EqualTo($"HTTP/1.1 503 Service Unavailable: {Reason}\r\n\r\n"));
        AssertOnly(ListenerRefusal.GaveWay, Reason);
        Assert.That(_server.Listener.Statistics.HalfOpenConnections, Is.EqualTo(1));
    }

    [Test]
    public async Task GaveWay_AllNegotiateAndTheOldestHasHadItsTime_ItIsCutAndTheNewestServed()
    {
        Start(new TubListenerOptions { MaxHalfOpenConnections = 1 });
        DuplexPipePair oldest = await ConnectAsync("192.0.2.1", OwnRequest);
        await UntilRequestedAsync();
        _time.Advance(TimeSpan.FromSeconds(5.1));
        DuplexPipePair newest = await ConnectAsync("192.0.2.2", "GET /id/nobody HTTP/1.1\r\n\r\n");
        Assert.That(await ReadAsync(newest), Does.StartWith("HTTP/1.1 404 "));
        await _log.WaitForAsync(record => record.EventId.Id == 1003);
        await Assert.ThatAsync(() => ReadAsync(oldest), Throws.TypeOf<IOException>());
        Assert.That(_server.Listener.Statistics.Refusals[ListenerRefusal.GaveWay], Is.EqualTo(1));
        Assert.That(_log.Records.Single(record => record.EventId.Id == 1012).Message, Does.Contain("had negotiated for long"));
        Assert.That(_server.Listener.Statistics.Connections, Is.Zero);
    }

    [Test]
    public async Task HalfOpenLimit_AllHaveSentTheirRequests_NewestIsToldAndALineIsLogged()
    {
        Start(new TubListenerOptions { MaxHalfOpenConnections = 1 });
        await ConnectAsync("192.0.2.1", OwnRequest);
        await UntilRequestedAsync();
        await AssertRefusedAsync("192.0.2.2", ListenerRefusal.HalfOpenLimit, "too many connections are being set up, try again later");
    }

    [Test]
    public async Task HalfOpenLimitOfAddress_AllHaveSentTheirRequests_NewestIsToldAndOtherAddressesAreServed()
    {
        Start(new TubListenerOptions { MaxHalfOpenConnectionsPerAddress = 1 });
        await ConnectAsync("2001:db8::1", OwnRequest);
        await UntilRequestedAsync();
        await AssertRefusedAsync(
            "2001:db8::2", ListenerRefusal.HalfOpenLimitOfAddress, "too many connections from this address are being set up, try again later");
        DuplexPipePair other = await ConnectAsync("2001:db8:0:1::1", "GET /id/nobody HTTP/1.1\r\n\r\n");
        Assert.That(await ReadAsync(other), Does.StartWith("HTTP/1.1 404 "));
    }

    [Test]
    public async Task ConnectionLimit_TubsHaveAsManyAsTheyTake_NewestIsToldUntilOneEnds()
    {
        InMemoryNetwork network = Start(new TubListenerOptions { MaxConnections = 1 });
        await using TestTub client = new(network, TestCertificates.Low);
        TubConnection connection = await client.Tub.ConnectAsync(_server.Furl, TestTime.Token);
        await AssertRefusedAsync("192.0.2.9", ListenerRefusal.ConnectionLimit, "this Tub has as many connections as it takes, try again later");
        Assert.That(_server.Listener.Statistics.Connections, Is.EqualTo(1));
        await connection.CloseAsync().WithinLimit();
        await _log.WaitForAsync(record => record.EventId.Id == 1001);
    }

    [Test]
    public async Task ConnectionLimit_OneHoldsNothingForAMinute_ItIsClosedAndTheNewestServed()
    {
        Start(new TubListenerOptions { MaxConnections = 1 }, new TubOptions { KeepaliveTimeout = Timeout.InfiniteTimeSpan, DisconnectTimeout = Timeout.InfiniteTimeSpan });
        OneLink link = new(_server.Listener);
        await using Tub stranger = new(TestCertificates.Low, new TubOptions { Dialer = link });
        TubConnection idle = await stranger.ConnectAsync(_server.Furl, TestTime.Token);
        await link.Handled.WithinLimit();
        _time.Advance(TimeSpan.FromSeconds(60.1));
        await ConnectAsync("192.0.2.9", OwnRequest);
        await idle.Ended.WithinLimit();
        Assert.That(_server.Listener.Statistics.Refusals[ListenerRefusal.GaveWay], Is.EqualTo(1));
        Assert.That(_server.Listener.Statistics.Connections, Is.EqualTo(1));
    }

    [Test]
    public async Task ConnectionLimitOfAddress_AddressHasAsManyAsItMay_NewestIsTold()
    {
        InMemoryNetwork network = Start(new TubListenerOptions { MaxConnectionsPerAddress = 1 });
        await using TestTub client = new(network, TestCertificates.Low);
        await client.Tub.ConnectAsync(_server.Furl, TestTime.Token);
        await AssertRefusedAsync("192.0.2.1", ListenerRefusal.ConnectionLimitOfAddress, "this Tub has as many connections from this address as it takes");
    }

    [Test]
    public async Task Flood_OfRefusalsForALimit_IsOneLineInTenSeconds()
    {
        Start(new TubListenerOptions { MaxHalfOpenConnections = 1 });
        await ConnectAsync("192.0.2.1", OwnRequest);
        await UntilRequestedAsync();
        for (int i = 0; i < 20; i++)
        {
            DuplexPipePair peer = new(remoteEndPoint: new IPEndPoint(IPAddress.Parse("192.0.2.2"), 4711));
            Task refused = _server.Listener.HandleAsync(peer.SecondConnection);
            await ReadAsync(peer);
            await refused.WithinLimit();
        }

        Assert.That(_log.Records.Count(record => record.EventId.Id == 1012), Is.EqualTo(1));
        // The one that negotiates has had its time as well, and makes room for this one.
        _time.Advance(TimeSpan.FromSeconds(10.01));
        await ConnectAsync("192.0.2.1", OwnRequest);
        await ReadAsync(await ConnectAsync("192.0.2.2", OwnRequest));
        Assert.That(
            _log.Records.Where(record => record.EventId.Id == 1012).Select(record => record.Message),
            Has.Some.StartsWith("20 connections were refused").And.Contain("192.0.2.2"));
    }

    private string OwnRequest => $"GET /id/{_server.TubId} HTTP/1.1\r\nUpgrade: TLS/1.0\r\n\r\n";

    private InMemoryNetwork Start(TubListenerOptions options, TubOptions? tubOptions = null)
    {
        InMemoryNetwork network = new();
        _log = new RecordingLoggerFactory();
        _server = new TestTub(network, TestCertificates.High, tubOptions, timeProvider: _time, loggerFactory: _log, listenerOptions: options);
        return network;
    }

    private async Task<DuplexPipePair> ConnectAsync(string host, string? request = null)
    {
        DuplexPipePair peer = new(remoteEndPoint: new IPEndPoint(IPAddress.Parse(host), 4711));
        if (request is not null)
        {
            await peer.First.Output.WriteAsync(Encoding.ASCII.GetBytes(request));
        }

        _ = _server.Listener.HandleAsync(peer.SecondConnection);
        return peer;
    }

    /// <summary>Waits until the one connection that is being set up negotiates: its time for that runs.</summary>
    private async Task UntilRequestedAsync()
    {
        await _time.WaitForTimerAsync(TimeSpan.FromSeconds(30));
        Assert.That(_server.Listener.Statistics.Connections, Is.EqualTo(1));
    }

    private async Task AssertRefusedAsync(string host, ListenerRefusal reason, string message)
    {
        Assert.That(await ReadAsync(await ConnectAsync(host, OwnRequest)), Is.EqualTo($"HTTP/1.1 503 Service Unavailable: {message}\r\n\r\n"));
        AssertOnly(reason, message);
    }

    private void AssertOnly(ListenerRefusal reason, string? logged = null)
    {
        IReadOnlyDictionary<ListenerRefusal, long> counts = _server.Listener.Statistics.Refusals;
        Assert.That((counts[reason], counts.Values.Sum()), Is.EqualTo((1L, 1L)));
        List<string> lines = [.. _log.Records.Where(record => record.EventId.Id == 1012).Select(record => record.Message)];
        Assert.That(lines, Has.Count.EqualTo(logged is null ? 0 : 1));
        Assert.That(lines, Has.All.Contain(logged ?? string.Empty));
    }

    private static async Task<string> ReadAsync(DuplexPipePair peer)
    {
        using MemoryStream all = new();
        await peer.First.Input.CopyToAsync(all, TestTime.Token);
        await peer.First.Output.CompleteAsync();
        return Encoding.UTF8.GetString(all.ToArray());
    }

    /// <summary>One connection to a listener, and the task of its handling.</summary>
    private sealed class OneLink(TubListener listener) : IConnectionDialer
    {
        public Task Handled { get; private set; } = Task.CompletedTask;

        public bool CanDial(ConnectionHint hint) => true;

        public Task<TransportConnection> DialAsync(ConnectionHint hint, CancellationToken cancellationToken)
        {
            DuplexPipePair link = new();
            Handled = listener.HandleAsync(link.SecondConnection);
            return Task.FromResult(link.FirstConnection);
        }
    }
}
