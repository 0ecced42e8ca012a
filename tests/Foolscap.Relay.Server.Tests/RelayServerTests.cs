using Foolscap.Furls;
using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests;

internal sealed class RelayServerTests
{
    private RelayUnderTest _test = null!;

    [SetUp]
    public async Task StartAsync() => _test = await RelayUnderTest.StartAsync();

    [TearDown]
    public async Task DisposeAsync() => await _test.DisposeAsync();

    [Test]
    public async Task Statistics_OneStreamAndItsEnd_CountEverything()
    {
        Assert.That(_test.Relay.Statistics, Is.EqualTo(new RelayStatistics(0, 0, 0, 0, 0, 0)));
        ScriptedListener listener = await _test.RegisterAsync();
        Caller caller = await _test.CallAsync();
        (ScriptedEnd handler, RemoteReference responder) = await listener.AcceptAsync();
        await caller.Outside.SendAsync(Piping.Bytes(500));
        int toTub = caller.Request.Length + 500;
        await handler.TakeAsync(toTub);
        await responder.CallAsync("write", [Piping.Bytes(70)]).Within("the answer to a write");
        Assert.That(_test.Relay.Statistics, Is.EqualTo(new RelayStatistics(1, 1, 1, 0, toTub, 70)));

        await caller.Outside.Output.CompleteAsync();
        await handler.NextAsync("close");
        await responder.CallAsync("close").Within("the answer to close()");
        LogRecord record = await _test.Log.WaitForAsync(record => record.EventId.Id == 3004);
        Assert.That(record.Message, Does.Contain($"{toTub} bytes to it and 70 from it").And.Contain("198.51.100.7:4711"));
        Assert.That(_test.Relay.Statistics, Is.EqualTo(new RelayStatistics(1, 0, 1, 0, toTub, 70)));
    }

    [Test]
    public async Task Dispose_StreamsAndRegistrations_AreEnded()
    {
        ScriptedListener listener = await _test.RegisterAsync();
        Caller caller = await _test.CallAsync();
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        await _test.Relay.DisposeAsync();
        Assert.That((await handler.NextAsync("abort")).Text, Is.EqualTo("the relay stops"));
        await caller.Outside.ReceiveResetAsync();
        Assert.That(_test.Relay.Statistics.RegisteredTubs, Is.Zero);
        Assert.That(_test.Registrar.Connection.Disconnected.IsCancellationRequested, Is.False, "The Tub is its host's.");
        Assert.That((await _test.RefusedAsync("register", _test.ClientId, new ScriptedListener(), RelayUnderTest.Options())).RemoteMessage, Is.EqualTo("this relay is stopping"));
        Assert.That(await (await _test.CallAsync()).RefusalAsync(), Does.StartWith("HTTP/1.1 404 "));
    }

    [Test]
    public async Task Dispose_WhileTheClientIsAsked_CallerIsNotRelayedAnyMore()
    {
        ScriptedListener listener = await _test.RegisterAsync();
        Caller caller = await _test.CallAsync();
        Acceptance acceptance = await listener.NextAsync();
        await _test.Relay.DisposeAsync();
        ScriptedEnd handler = new();
        acceptance.Answer(handler);
        ScriptedCall abort;
        do
        {
            abort = await handler.NextAsync();
        }
        while (abort.Method == "write");
        Assert.That(abort.Method, Is.EqualTo("abort"));
        acceptance.Responder.Dispose();
        await _test.UntilAsync(() => _test.Relay.Statistics.ActiveStreams == 0, "the end of the stream");
    }

    [Test]
    public async Task Dispose_Twice_IsHarmless()
    {
        await _test.Relay.DisposeAsync();
        await _test.Relay.DisposeAsync();
        await Assert.ThrowsAsync<RemoteException>(() => _test.Client.Tub.GetReferenceAsync(_test.Relay.RegistrarFurl, TestTime.Token));
    }

    [Test]
    public async Task Handle_HostHasReadTheRequest_EveryByteArrives()
    {
        ScriptedListener listener = await _test.RegisterAsync();
        DuplexPipePair pipe = new();
        byte[] request = System.Text.Encoding.ASCII.GetBytes($"GET /id/{_test.ClientId} HTTP/1.1\r\nUpgrade: TLS/1.0\r\n\r\nabc");
        await pipe.Second.SendAsync(Piping.Bytes(100));
        Task handled = _test.Relay.HandleAsync(TransportConnection.FromPipe(pipe.First, bytesRead: request));
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        await handled.Within("the end of HandleAsync");
        Assert.That(await handler.TakeAsync(request.Length + 100), Is.EqualTo(request.Concat(Piping.Bytes(100))));
    }

    [Test]
    public async Task Handle_HostHasReadHalfOfTheRequest_EveryByteArrives()
    {
        ScriptedListener listener = await _test.RegisterAsync();
        DuplexPipePair pipe = new();
        byte[] request = System.Text.Encoding.ASCII.GetBytes($"GET /id/{_test.ClientId} HTTP/1.1\r\nUpgrade: TLS/1.0\r\n\r\nabc");
        _ = _test.Relay.HandleAsync(TransportConnection.FromPipe(pipe.First, bytesRead: request.AsMemory(0, 20)));
        await pipe.Second.SendAsync(request[20..]);
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        Assert.That(await handler.TakeAsync(request.Length), Is.EqualTo(request));
    }

    [Test]
    public async Task Handle_HostHasExaminedTheRequestAndConsumedNothing_EveryByteArrives()
    {
        ScriptedListener listener = await _test.RegisterAsync();
        Caller caller = new(null, _test.ClientId, null);
        await caller.Outside.SendAsync(caller.Request);
        System.IO.Pipelines.ReadResult looked = await caller.Connection.Input.ReadAsync().Within("the request");
        caller.Connection.Input.AdvanceTo(looked.Buffer.Start, looked.Buffer.End);
        _ = _test.Relay.HandleAsync(caller.Connection);
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        Assert.That(await handler.TakeAsync(caller.Request.Length), Is.EqualTo(caller.Request));
    }

    [Test]
    public async Task Handle_UnknownTub_IsAnsweredWith404()
    {
        Caller caller = new(null, TestCertificates.Mid.TubId.ToString(), null);
        await caller.Outside.SendAsync(caller.Request);
        Task handled = _test.Relay.HandleAsync(caller.Connection);
        Assert.That(await caller.RefusalAsync(), Does.StartWith("HTTP/1.1 404 "));
        await handled.Within("the end of HandleAsync");
    }

    [Test]
    public void RegistrarFurl_NameGiven_HasItAndThePresentHints()
    {
        using RecordingLoggerFactory log = new();
        TestTub tub = new(_test.Network, TestCertificates.Mid);
        RelayServer relay = new(tub.Tub, new RelayServerOptions { RegistrarName = "registrar" }, log);
        tub.Tub.Hints = [ConnectionHint.Tcp("relay.example.org", 1)];
        Assert.That(relay.RegistrarFurl, Is.EqualTo(new Furl(tub.TubId, [ConnectionHint.Tcp("relay.example.org", 1)], "registrar")));
        Assert.That(log.Records.Any(record => record.Message.Contains("registrar", StringComparison.Ordinal)), Is.False, "The name is the right to use the relay.");
    }

    [TestCase(0, 10)]
    [TestCase(1, 0)]
    [TestCase(1, -1)]
    public void Create_OptionOutOfRange_Throws(int window, int seconds) =>
        Assert.That(
            () => new RelayServer(_test.Client.Tub, new RelayServerOptions { Window = window, AcceptTimeout = TimeSpan.FromSeconds(seconds) }),
            Throws.TypeOf<ArgumentOutOfRangeException>());
}
