using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests.Interception;

/// <summary>Connections that are not relayed.</summary>
internal sealed class RefusalTests : RelayFixture
{
    [Test]
    public async Task Call_NobodyRegistered_IsAnsweredWith404()
    {
        Caller caller = await Test.CallAsync();
        Assert.That(await caller.RefusalAsync(), Is.EqualTo($"HTTP/1.1 404 Not Found: unknown TubID {Test.ClientId}"));
    }

    [Test]
    public async Task Call_Unregistered_IsAnsweredWith404()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        await Test.CallRegistrarAsync("unregister", Test.ClientId, listener);
        Assert.That(await (await Test.CallAsync()).RefusalAsync(), Does.StartWith("HTTP/1.1 404 "));
    }

    [Test]
    public async Task Call_SomethingThatIsNoTubId_IsAnsweredWith404()
    {
        await Test.RegisterAsync();
        Assert.That(await (await Test.CallAsync("nonsense")).RefusalAsync(), Is.EqualTo("HTTP/1.1 404 Not Found: unknown TubID nonsense"));
    }

    [Test]
    public async Task Accept_ErrorAnswer_IsAnsweredWith503AndItsText()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        (await listener.NextAsync()).Refuse("the Tub\r\nis asleep");
        Assert.That(await caller.RefusalAsync(), Is.EqualTo($"HTTP/1.1 503 Service Unavailable: Tub {Test.ClientId} refused: the Tub  is asleep"));
        Assert.That((Test.Refusals(RelayRefusal.TubRefused), Test.Relay.Statistics.TotalStreams), Is.EqualTo((1L, 0L)));
    }

    [Test]
    public async Task Accept_NoAnswerInTime_IsAnsweredWith503()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        await listener.NextAsync();
        await Test.Time.WaitForTimerAsync(TimeSpan.FromSeconds(10));
        Test.Time.Advance(TimeSpan.FromSeconds(9.9));
        await Test.RoundTripAsync();
        Assert.That(caller.Outside.IsSilent(), Is.True);
        Test.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.That(await caller.RefusalAsync(), Is.EqualTo($"HTTP/1.1 503 Service Unavailable: Tub {Test.ClientId} did not answer within 10 s"));
    }

    [Test]
    public async Task Accept_HandlerComesTooLate_IsAborted()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        Acceptance acceptance = await listener.NextAsync();
        await Test.Time.WaitForTimerAsync(TimeSpan.FromSeconds(10));
        Test.Time.Advance(TimeSpan.FromSeconds(10));
        await caller.RefusalAsync();
        ScriptedEnd handler = new();
        acceptance.Answer(handler);
        Assert.That((await handler.NextAsync("abort")).Text, Is.EqualTo("the connection is gone already"));
        acceptance.Responder.Dispose();
        await UntilReleasedAsync();
        Assert.That(handler.Waiting, Is.Zero);
    }

    [TestCaseSource(nameof(NoHandlers))]
    public async Task Accept_AnswerIsNoHandler_IsAnsweredWith503(object? answer)
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        (await listener.NextAsync()).Answer(answer);
        Assert.That(
            await caller.RefusalAsync(), Is.EqualTo($"HTTP/1.1 503 Service Unavailable: Tub {Test.ClientId} answered with no handler of its own"));
    }

    [Test]
    public async Task Accept_AnswerIsTheResponderItself_IsAnsweredWith503()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        Acceptance acceptance = await listener.NextAsync();
        acceptance.Answer(acceptance.Responder);
        Assert.That(await caller.RefusalAsync(), Does.EndWith("answered with no handler of its own"));
    }

    [Test]
    public async Task Accept_AnswerIsAReferenceToElsewhere_IsAnsweredWith503()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        await using TestTub third = new(Test.Network, TestCertificates.Mid);
        RemoteReference elsewhere = await Test.Client.Tub.GetReferenceAsync(third.Tub.Register(new Referenceable()), TestTime.Token);
        Caller caller = await Test.CallAsync();
        (await listener.NextAsync()).Answer(elsewhere);
        Assert.That(await caller.RefusalAsync(), Does.StartWith("HTTP/1.1 503 Service Unavailable: "));
    }

    [Test]
    public async Task Accept_ClientIsLostMeanwhileAndHoldIsOff_IsAnsweredWith404()
    {
        await RestartAsync(new RelayServerOptions { HoldTime = TimeSpan.Zero });
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        Acceptance acceptance = await listener.NextAsync();
        acceptance.Responder.Connection.Abort("the test cuts it");
        Assert.That(await caller.RefusalAsync(), Is.EqualTo($"HTTP/1.1 404 Not Found: unknown TubID {Test.ClientId}"));
    }

    [TestCaseSource(nameof(Losses))]
    public async Task Accept_CallerIsGoneMeanwhile_HandlerIsAborted(Exception loss)
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        Acceptance acceptance = await listener.NextAsync();
        await caller.Outside.Output.CompleteAsync(loss);
        LogRecord record = await Test.Log.WaitForAsync(record => record.EventId.Id == 3007);
        Assert.That(record.Message, Does.Contain("the caller is gone"));
        ScriptedEnd handler = new();
        acceptance.Answer(handler);
        Assert.That((await handler.NextAsync("abort")).Text, Is.EqualTo("the connection is gone already"));
        acceptance.Responder.Dispose();
        await UntilReleasedAsync();
    }

    [Test]
    public async Task Accept_ResponderOfARefusedConnection_TakesNothing()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        Acceptance acceptance = await listener.NextAsync();
        acceptance.Refuse("not now");
        await caller.RefusalAsync();
        RemoteException refusal = (await Assert.ThrowsAsync<RemoteException>(
            () => acceptance.Responder.CallAsync("write", [Piping.Bytes(10)]).Within("the refusal")))!;
        Assert.That(refusal.RemoteMessage, Is.EqualTo("the stream is over"));
    }

    private static IEnumerable<TestCaseData> NoHandlers()
    {
        yield return new TestCaseData(null).SetArgDisplayNames("None");
        yield return new TestCaseData("handler").SetArgDisplayNames("text");
        yield return new TestCaseData(5).SetArgDisplayNames("integer");
        yield return new TestCaseData(new List<object?> { new Referenceable() }).SetArgDisplayNames("a list with a handler");
    }

    /// <summary>What the pipes of several transports throw when a connection is lost.</summary>
    private static IEnumerable<TestCaseData> Losses()
    {
        yield return new TestCaseData(new IOException("reset")).SetArgDisplayNames("IOException");
        yield return new TestCaseData(new System.Net.Sockets.SocketException(104)).SetArgDisplayNames("SocketException");
        yield return new TestCaseData(new OperationCanceledException("aborted")).SetArgDisplayNames("Kestrel's ConnectionAbortedException");
    }

    /// <summary>The relay holds the listener alone, and the client no responder.</summary>
    private Task UntilReleasedAsync() =>
        Test.UntilAsync(
            () => Test.Registrar.Connection is { ExportedReferences: 1, HeldReferences: 1 }, "the release of handler and responder");
}
