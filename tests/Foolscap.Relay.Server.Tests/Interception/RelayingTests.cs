using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests.Interception;

/// <summary>Connections that are relayed.</summary>
internal sealed class RelayingTests
{
    private RelayUnderTest _test = null!;

    [SetUp]
    public async Task StartAsync() => _test = await RelayUnderTest.StartAsync();

    [TearDown]
    public async Task DisposeAsync() => await _test.DisposeAsync();

    [Test]
    public async Task Relay_AcceptedConnection_EveryByteFromTheGOnArrives()
    {
        ScriptedListener listener = await _test.RegisterAsync();
        Caller caller = await _test.CallAsync();
        byte[] early = Piping.Bytes(1000);
        await caller.Outside.SendAsync(early);
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        Assert.That(await handler.TakeAsync(caller.Request.Length + 1000), Is.EqualTo(caller.Request.Concat(early)));
        await caller.Outside.SendAsync(Piping.Bytes(5000, seed: 2));
        Assert.That(await handler.TakeAsync(5000), Is.EqualTo(Piping.Bytes(5000, seed: 2)));
    }

    [Test]
    public async Task Relay_NotAcceptedYet_NothingIsSentToAnybody()
    {
        ScriptedListener listener = await _test.RegisterAsync();
        Caller caller = await _test.CallAsync();
        await listener.NextAsync();
        await _test.RoundTripAsync();
        Assert.That(caller.Outside.IsSilent(), Is.True);
        Assert.That(listener.Waiting, Is.Zero);
    }

    [Test]
    public async Task Relay_WritesOfTheClient_ReachTheCaller()
    {
        ScriptedListener listener = await _test.RegisterAsync();
        Caller caller = await _test.CallAsync();
        (_, RemoteReference responder) = await listener.AcceptAsync();
        await responder.CallAsync("write", [Piping.Bytes(3000)]).Within("the answer to a write");
        Assert.That(await caller.Outside.ReceiveAsync(3000), Is.EqualTo(Piping.Bytes(3000)));
    }

    [Test]
    public async Task Relay_CallerHalfClosesWhileAsked_IsRelayedWithItsBytesAndItsEnd()
    {
        ScriptedListener listener = await _test.RegisterAsync();
        Caller caller = await _test.CallAsync();
        Acceptance acceptance = await listener.NextAsync();
        await caller.Outside.SendAsync(Piping.Bytes(100));
        await caller.Outside.Output.CompleteAsync();
        await _test.RoundTripAsync();
        ScriptedEnd handler = new();
        acceptance.Answer(handler);
        Assert.That(await handler.TakeAsync(caller.Request.Length + 100), Is.EqualTo(caller.Request.Concat(Piping.Bytes(100))));
        await handler.NextAsync("close");
        await acceptance.Responder.CallAsync("write", [Piping.Bytes(50)]).Within("the answer to a write");
        await acceptance.Responder.CallAsync("close").Within("the answer to close()");
        Assert.That(await caller.Outside.ReceiveToEndAsync(), Is.EqualTo(Piping.Bytes(50)));
    }

    [Test]
    public async Task Relay_WindowOfTheClient_IsNeverPassed()
    {
        ScriptedListener listener = await _test.RegisterAsync(window: 64);
        Caller caller = await _test.CallAsync(pipe: Piping.Boundless);
        await caller.Outside.SendAsync(Piping.Bytes(1000));
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        Assert.That((await handler.NextWriteAsync()).Data, Is.EqualTo(caller.Request[..64]));
        await _test.RoundTripAsync();
        Assert.That(handler.Waiting, Is.Zero);
    }

    [Test]
    public async Task Relay_OwnWindow_IsHeldAgainstTheClient()
    {
        await using RelayUnderTest test = await RelayUnderTest.StartAsync(new RelayServerOptions { Window = 100 });
        ScriptedListener listener = await test.RegisterAsync();
        Caller caller = await test.CallAsync();
        (_, RemoteReference responder) = await listener.AcceptAsync();
        await Assert.ThrowsAsync<RemoteException>(() => responder.CallAsync("write", [Piping.Bytes(101)]).Within("the refusal"));
        await caller.Outside.ReceiveResetAsync();
    }

    [Test]
    public async Task Relay_CallerIsReset_HandlerIsAborted()
    {
        ScriptedListener listener = await _test.RegisterAsync();
        Caller caller = await _test.CallAsync();
        (ScriptedEnd handler, RemoteReference responder) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        await caller.Outside.Output.CompleteAsync(new IOException("reset"));
        await handler.NextAsync("abort");
        responder.Dispose();
        await _test.UntilAsync(
            () => _test.Registrar.Connection is { ExportedReferences: 1, HeldReferences: 1 }, "the release of handler and responder");
    }

    [Test]
    public async Task Relay_ClientIsLost_CallerIsReset()
    {
        ScriptedListener listener = await _test.RegisterAsync();
        Caller caller = await _test.CallAsync();
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        await handler.NextWriteAsync();
        _test.Registrar.Connection.Abort("the test cuts it");
        await caller.Outside.ReceiveResetAsync();
    }

    [Test]
    public async Task Relay_ReRegistered_LiveStreamsStayAndNewOnesGoToTheNewListener()
    {
        ScriptedListener older = await _test.RegisterAsync();
        Caller first = await _test.CallAsync();
        (ScriptedEnd firstHandler, _) = await older.AcceptAsync();
        await firstHandler.TakeAsync(first.Request.Length);
        ScriptedListener newer = await _test.RegisterAsync();
        await _test.CallAsync();
        await newer.NextAsync();
        await first.Outside.SendAsync(Piping.Bytes(10));
        Assert.That(await firstHandler.TakeAsync(10), Is.EqualTo(Piping.Bytes(10)));
        Assert.That(older.Waiting, Is.Zero);
    }

    [Test]
    public async Task Relay_OwnTubIdOnTheSameListener_Negotiates()
    {
        await using TestTub other = new(_test.Network, TestCertificates.Mid);
        await _test.RegisterAsync();
        TubConnection connection = await other.Tub.ConnectAsync(_test.Relay.RegistrarFurl, TestTime.Token);
        Assert.That(connection.RemoteTubId, Is.EqualTo(_test.RelayTub.TubId));
    }
}
