using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests.Interception;

/// <summary>Connections that are relayed.</summary>
internal sealed class RelayingTests : RelayFixture
{
    [Test]
    public async Task Relay_AcceptedConnection_EveryByteFromTheGOnArrives()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
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
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        await listener.NextAsync();
        await Test.RoundTripAsync();
        Assert.That(caller.Outside.IsSilent(), Is.True);
        Assert.That(listener.Waiting, Is.Zero);
    }

    [Test]
    public async Task Relay_WritesOfTheClient_ReachTheCaller()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        (_, RemoteReference responder) = await listener.AcceptAsync();
        await responder.CallAsync("write", [Piping.Bytes(3000)]).Within("the answer to a write");
        Assert.That(await caller.Outside.ReceiveAsync(3000), Is.EqualTo(Piping.Bytes(3000)));
    }

    [Test]
    public async Task Relay_CallerHalfClosesWhileAsked_IsRelayedWithItsBytesAndItsEnd()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        Acceptance acceptance = await listener.NextAsync();
        await caller.Outside.SendAsync(Piping.Bytes(100));
        await caller.Outside.Output.CompleteAsync();
        await Test.RoundTripAsync();
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
        ScriptedListener listener = await Test.RegisterAsync(window: 64);
        Caller caller = await Test.CallAsync(pipe: Piping.Boundless);
        await caller.Outside.SendAsync(Piping.Bytes(1000));
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        Assert.That((await handler.NextWriteAsync()).Data, Is.EqualTo(caller.Request[..64]));
        await Test.RoundTripAsync();
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
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        (ScriptedEnd handler, RemoteReference responder) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        await caller.Outside.Output.CompleteAsync(new IOException("reset"));
        await handler.NextAsync("abort");
        responder.Dispose();
        await Test.UntilAsync(
            () => Test.Registrar.Connection is { ExportedReferences: 1, HeldReferences: 1 }, "the release of handler and responder");
    }

    [Test]
    public async Task Relay_ClientIsLost_CallerIsReset()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        await handler.NextWriteAsync();
        Test.Registrar.Connection.Abort("the test cuts it");
        await caller.Outside.ReceiveResetAsync();
    }

    [Test]
    public async Task Relay_ReRegistered_LiveStreamsStayAndNewOnesGoToTheNewListener()
    {
        ScriptedListener older = await Test.RegisterAsync();
        Caller first = await Test.CallAsync();
        (ScriptedEnd firstHandler, _) = await older.AcceptAsync();
        await firstHandler.TakeAsync(first.Request.Length);
        ScriptedListener newer = await Test.RegisterAsync();
        await Test.CallAsync();
        await newer.NextAsync();
        await first.Outside.SendAsync(Piping.Bytes(10));
        Assert.That(await firstHandler.TakeAsync(10), Is.EqualTo(Piping.Bytes(10)));
        Assert.That(older.Waiting, Is.Zero);
    }

    [Test]
    public async Task Relay_OwnTubIdOnTheSameListener_Negotiates()
    {
        await using TestTub other = new(Test.Network, TestCertificates.Mid);
        await Test.RegisterAsync();
        TubConnection connection = await other.Tub.ConnectAsync(Test.Relay.RegistrarFurl, TestTime.Token);
        Assert.That(connection.RemoteTubId, Is.EqualTo(Test.RelayTub.TubId));
    }
}
