using Foolscap.Furls;
using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests;

internal sealed class RelayServerTests : RelayFixture
{
    [Test]
    public async Task Statistics_OneStreamAndItsEnd_CountEverything()
    {
        AssertCounts(0, 0, 0, 0, 0);
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        (ScriptedEnd handler, RemoteReference responder) = await listener.AcceptAsync();
        await caller.Outside.SendAsync(Piping.Bytes(500));
        int toTub = caller.Request.Length + 500;
        await handler.TakeAsync(toTub);
        await responder.CallAsync("write", [Piping.Bytes(70)]).Within("the answer to a write");
        AssertCounts(1, 1, 1, toTub, 70);

        await caller.Outside.Output.CompleteAsync();
        await handler.NextAsync("close");
        await responder.CallAsync("close").Within("the answer to close()");
        LogRecord record = await Test.Log.WaitForAsync(record => record.EventId.Id == 3004);
        Assert.That(record.Message, Does.Contain($"{toTub} bytes to it and 70 from it").And.Contain("198.51.100.7:4711"));
        AssertCounts(1, 0, 1, toTub, 70);
        Assert.That(Test.Relay.Statistics.TotalRefusals, Is.Zero);
    }

    [Test]
    public async Task Dispose_StreamsAndRegistrations_AreEnded()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        await Test.Relay.DisposeAsync();
        Assert.That((await handler.NextAsync("abort")).Text, Is.EqualTo("the relay stops"));
        await caller.Outside.ReceiveResetAsync();
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.Zero);
        Assert.That(Test.Registrar.Connection.Disconnected.IsCancellationRequested, Is.False, "The Tub is its host's.");
        Assert.That((await Test.RefusedAsync("register", Test.ClientId, new ScriptedListener(), RelayUnderTest.Options())).RemoteMessage, Is.EqualTo("this relay is being shut down"));
        Assert.That(await (await Test.CallAsync()).RefusalAsync(), Does.StartWith("HTTP/1.1 404 "));
    }

    [Test]
    public async Task Dispose_WhileTheClientIsAsked_CallerIsNotRelayedAnyMore()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        Acceptance acceptance = await listener.NextAsync();
        await Test.Relay.DisposeAsync();
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
        await Test.UntilAsync(() => Test.Relay.Statistics.ActiveStreams == 0, "the end of the stream");
    }

    [Test]
    public async Task Dispose_Twice_IsHarmless()
    {
        await Test.Relay.DisposeAsync();
        await Test.Relay.DisposeAsync();
        await Assert.ThrowsAsync<RemoteException>(() => Test.Client.Tub.GetReferenceAsync(Test.Relay.RegistrarFurl, TestTime.Token));
    }

    [Test]
    public async Task Handle_HostHasReadTheRequest_EveryByteArrives()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        DuplexPipePair pipe = new();
        byte[] request = System.Text.Encoding.ASCII.GetBytes($"GET /id/{Test.ClientId} HTTP/1.1\r\nUpgrade: TLS/1.0\r\n\r\nabc");
        await pipe.Second.SendAsync(Piping.Bytes(100));
        Task handled = Test.Relay.HandleAsync(TransportConnection.FromPipe(pipe.First, bytesRead: request));
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        await handled.Within("the end of HandleAsync");
        Assert.That(await handler.TakeAsync(request.Length + 100), Is.EqualTo(request.Concat(Piping.Bytes(100))));
    }

    [Test]
    public async Task Handle_HostHasReadHalfOfTheRequest_EveryByteArrives()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        DuplexPipePair pipe = new();
        byte[] request = System.Text.Encoding.ASCII.GetBytes($"GET /id/{Test.ClientId} HTTP/1.1\r\nUpgrade: TLS/1.0\r\n\r\nabc");
        _ = Test.Relay.HandleAsync(TransportConnection.FromPipe(pipe.First, bytesRead: request.AsMemory(0, 20)));
        await pipe.Second.SendAsync(request[20..]);
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        Assert.That(await handler.TakeAsync(request.Length), Is.EqualTo(request));
    }

    [Test]
    public async Task Handle_HostHasExaminedTheRequestAndConsumedNothing_EveryByteArrives()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = new(null, Test.ClientId, null);
        await caller.Outside.SendAsync(caller.Request);
        System.IO.Pipelines.ReadResult looked = await caller.Connection.Input.ReadAsync().Within("the request");
        caller.Connection.Input.AdvanceTo(looked.Buffer.Start, looked.Buffer.End);
        _ = Test.Relay.HandleAsync(caller.Connection);
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        Assert.That(await handler.TakeAsync(caller.Request.Length), Is.EqualTo(caller.Request));
    }

    [Test]
    public async Task Handle_UnknownTub_IsAnsweredWith404()
    {
        Caller caller = new(null, TestCertificates.Mid.TubId.ToString(), null);
        await caller.Outside.SendAsync(caller.Request);
        Task handled = Test.Relay.HandleAsync(caller.Connection);
        Assert.That(await caller.RefusalAsync(), Does.StartWith("HTTP/1.1 404 "));
        await handled.Within("the end of HandleAsync");
    }

    [Test]
    public void RegistrarFurl_NameGiven_HasItAndThePresentHints()
    {
        using RecordingLoggerFactory log = new();
        TestTub tub = new(Test.Network, TestCertificates.Mid);
        RelayServer relay = new(tub.Tub, new RelayServerOptions { RegistrarName = "registrar" }, log);
        tub.Tub.Hints = [ConnectionHint.Tcp("relay.example.org", 1)];
        Assert.That(relay.RegistrarFurl, Is.EqualTo(new Furl(tub.TubId, [ConnectionHint.Tcp("relay.example.org", 1)], "registrar")));
        Assert.That(log.Records.Any(record => record.Message.Contains("registrar", StringComparison.Ordinal)), Is.False, "The name is the right to use the relay.");
    }

    private void AssertCounts(int tubs, int streams, long total, long toTubs, long fromTubs)
    {
        RelayStatistics statistics = Test.Relay.Statistics;
        Assert.That(
            (statistics.RegisteredTubs, statistics.ActiveStreams, statistics.TotalStreams, statistics.BytesToTubs, statistics.BytesFromTubs),
            Is.EqualTo((tubs, streams, total, toTubs, fromTubs)));
    }

    [Test]
    public async Task Handle_HandedConnections_HaveTheirOwnLimitsAndCounts()
    {
        await RestartAsync(new RelayServerOptions { HandedConnections = new TubListenerOptions { MaxHalfOpenConnections = 1 } });
        DuplexPipePair silent = new();
        Task first = Test.Relay.HandleAsync(silent.FirstConnection);
        Assert.That(Test.Relay.HandedConnections.HalfOpenConnections, Is.EqualTo(1));
        DuplexPipePair second = new();
        Task other = Test.Relay.HandleAsync(second.FirstConnection);
        Assert.That(System.Text.Encoding.ASCII.GetString(await silent.Second.ReceiveToEndAsync()), Does.StartWith("HTTP/1.1 503 "));
        await silent.Second.Output.CompleteAsync();
        await first.Within("the end of the one that gave way");
        Assert.That(Test.Relay.HandedConnections.Refusals[ListenerRefusal.GaveWay], Is.EqualTo(1));
        await second.Second.Output.CompleteAsync();
        await other.Within("the end of the other one");
    }
}
