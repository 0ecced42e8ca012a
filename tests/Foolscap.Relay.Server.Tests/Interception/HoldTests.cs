using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests.Interception;

/// <summary>Callers of a Tub that has just lost its connection: they are held until it is back.</summary>
internal sealed class HoldTests : RelayFixture
{
    /// <summary>Unlike every other time here, so that its timer shows that somebody is held.</summary>
    private static readonly TimeSpan HoldTime = TimeSpan.FromSeconds(13);

    protected override RelayServerOptions? Options => new() { HoldTime = HoldTime };

    [Test]
    public async Task Call_TubHasJustBeenLost_IsConnectedWhenItIsBack()
    {
        await LoseAsync();
        Caller caller = await HoldAsync();
        Assert.That((caller.Outside.IsSilent(), Test.Relay.Statistics.HeldConnections), Is.EqualTo((true, 1)));
        ScriptedListener listener = await ComeBackAsync();
        (ScriptedEnd handler, RemoteReference responder) = await listener.AcceptAsync();
        Assert.That(await handler.TakeAsync(caller.Request.Length), Is.EqualTo(caller.Request));
        await responder.CallAsync("write", [Piping.Bytes(10)]).Within("the answer to a write");
        Assert.That(await caller.Outside.ReceiveAsync(10), Is.EqualTo(Piping.Bytes(10)));
        Assert.That((Test.Relay.Statistics.HeldConnections, Test.Relay.Statistics.TotalRefusals), Is.EqualTo((0, 0L)));
    }

    [Test]
    public async Task Call_ManyAreHeld_AllAreConnected()
    {
        await LoseAsync();
        for (int i = 0; i < 5; i++)
        {
            await Test.CallAsync();
        }

        await Test.Time.WaitForTimerAsync(HoldTime);
        ScriptedListener listener = await ComeBackAsync();
        for (int i = 0; i < 5; i++)
        {
            await listener.AcceptAsync();
        }
    }

    [Test]
    public async Task Call_TubIsLostWhileItIsAsked_IsAskedAgainWhenItIsBack()
    {
        ScriptedListener older = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        Acceptance first = await older.NextAsync();
        Test.First.Link.Cut();
        await UntilLostAsync();
        await Test.Time.WaitForTimerAsync(HoldTime);
        ScriptedListener newer = await ComeBackAsync();
        (ScriptedEnd handler, _) = await newer.AcceptAsync();
        Assert.That(await handler.TakeAsync(caller.Request.Length), Is.EqualTo(caller.Request));
        Assert.That((older.Waiting, newer.Waiting, first.Responder.Connection.Disconnected.IsCancellationRequested), Is.EqualTo((0, 0, true)));
    }

    [Test]
    public async Task Call_TubIsLostTwiceWhileItIsAsked_IsAskedAgainEachTime()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        for (int i = 0; i < 2; i++)
        {
            await listener.NextAsync();
            Test.First.Link.Cut();
            await Test.Registrar.Connection.Disconnected.CancelledWithinLimit();
            listener = await ComeBackAsync();
        }

        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        Assert.That(await handler.TakeAsync(caller.Request.Length), Is.EqualTo(caller.Request));
    }

    [Test]
    public async Task Call_TubStaysAway_Is404WhenTheHoldTimeAfterTheLossIsOver()
    {
        await LoseAsync();
        Test.Time.Advance(TimeSpan.FromSeconds(5));
        Caller caller = await Test.CallAsync();
        await Test.Time.WaitForTimerAsync(due => due > TimeSpan.FromSeconds(7.9) && due < TimeSpan.FromSeconds(8.1));
        Test.Time.Advance(TimeSpan.FromSeconds(7.9));
        Assert.That(caller.Outside.IsSilent(), Is.True);
        Test.Time.Advance(TimeSpan.FromSeconds(0.2));
        await AssertUnknownAsync(caller);
        Assert.That((Test.Refusals(RelayRefusal.TubGone), Test.Relay.Statistics.HeldConnections), Is.EqualTo((1L, 0)));
        await AssertUnknownAsync(await Test.CallAsync());
        Assert.That(Test.Refusals(RelayRefusal.TubGone), Is.EqualTo(1), "From now on it is the listener that does not know it.");
    }

    [Test]
    public async Task Call_TubHasTakenItsRegistrationBack_Is404AtOnce()
    {
        await Test.CallRegistrarAsync("unregister", Test.ClientId, await Test.RegisterAsync());
        await AssertUnknownAsync(await Test.CallAsync());
        Test.Registrar.Connection.Abort("the test cuts it");
        await AssertUnknownAsync(await Test.CallAsync());
    }

    [Test]
    public async Task Call_HoldTimeOfZero_Is404AtOnce()
    {
        await RestartAsync(new RelayServerOptions { HoldTime = TimeSpan.Zero });
        await LoseAsync();
        await AssertUnknownAsync(await Test.CallAsync());
    }

    [Test]
    public async Task Call_TubIsAway_CallersOfOthersAreNotHeld()
    {
        ClientTub other = await Test.ConnectAsync(TestCertificates.Mid);
        ScriptedListener listener = await other.RegisterAsync();
        await LoseAsync();
        await HoldAsync();
        await Test.CallAsync(other.Id);
        await listener.NextAsync();
        await AssertUnknownAsync(await Test.CallAsync(TestCertificates.Made.TubId.ToString()), TestCertificates.Made.TubId.ToString());
    }

    [Test]
    public async Task Call_HeldOnes_CountAgainstTheLimits()
    {
        await RestartAsync(Options! with { Limits = new RelayLimits { MaxStreamsPerTub = 1 } });
        await LoseAsync();
        await HoldAsync();
        Caller refused = await Test.CallAsync();
        Assert.That(await refused.RefusalAsync(), Does.StartWith("HTTP/1.1 503 Service Unavailable: this relay carries as many connections to this Tub"));
        Assert.That(Test.Relay.Statistics.HeldConnections, Is.EqualTo(1));
    }

    [Test]
    public async Task Call_HeldOneGoesAway_IsDroppedAndMakesRoom()
    {
        await RestartAsync(Options! with { Limits = new RelayLimits { MaxStreams = 1 } });
        await LoseAsync();
        Caller caller = await HoldAsync();
        await caller.Outside.Output.CompleteAsync(new IOException("reset"));
        await Test.Log.WaitForAsync(record => record.Message.EndsWith("the caller is gone", StringComparison.Ordinal));
        Assert.That((Test.Refusals(RelayRefusal.CallerGone), Test.Relay.Statistics.HeldConnections), Is.EqualTo((1L, 0)));
        await HoldAsync();
    }

    [Test]
    public async Task Call_HeldOneHalfCloses_IsConnectedWithItsEnd()
    {
        await LoseAsync();
        Caller caller = await HoldAsync();
        await caller.Outside.Output.CompleteAsync();
        ScriptedListener listener = await ComeBackAsync();
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        await handler.NextAsync("close");
    }

    [Test]
    public async Task Call_HeldOneSendsMuch_IsNotReadFarAhead()
    {
        await LoseAsync();
        Caller caller = await Test.CallAsync(pipe: new System.IO.Pipelines.PipeOptions(pauseWriterThreshold: 32 * 1024, resumeWriterThreshold: 1, useSynchronizationContext: false));
        await Test.Time.WaitForTimerAsync(HoldTime);
        Task sending = caller.Outside.SendAsync(Piping.Bytes(100_000));
        ScriptedListener listener = await ComeBackAsync();
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        byte[] taken = await handler.TakeAsync(caller.Request.Length + 100_000);
        await sending.Within("the end of sending");
        Assert.That(taken[caller.Request.Length..], Is.EqualTo(Piping.Bytes(100_000)));
    }

    [Test]
    public async Task Drain_SomebodyIsHeld_Is503AtOnce()
    {
        await LoseAsync();
        Caller caller = await HoldAsync();
        Task<bool> draining = Test.Relay.DrainAsync(TimeSpan.FromSeconds(30));
        Assert.That(await caller.RefusalAsync(), Is.EqualTo("HTTP/1.1 503 Service Unavailable: this relay is being shut down"));
        Assert.That(await draining.Within("the end of the drain"), Is.True);
        Assert.That(Test.Refusals(RelayRefusal.Draining), Is.EqualTo(1));
    }

    [Test]
    public async Task Dispose_SomebodyIsHeld_Is503AtOnce()
    {
        await LoseAsync();
        Caller caller = await HoldAsync();
        await Test.Relay.DisposeAsync();
        Assert.That(await caller.RefusalAsync(), Is.EqualTo("HTTP/1.1 503 Service Unavailable: this relay is being shut down"));
    }

    /// <summary>Registers the client, and cuts its connection.</summary>
    private async Task LoseAsync()
    {
        await Test.RegisterAsync();
        Test.First.Link.Cut();
        await UntilLostAsync();
        await Test.Registrar.Connection.Disconnected.CancelledWithinLimit();
    }

    private async Task<ScriptedListener> ComeBackAsync()
    {
        await Test.First.ReconnectAsync();
        return await Test.RegisterAsync();
    }

    /// <summary>Calls the client, and waits until the caller is held.</summary>
    private async Task<Caller> HoldAsync()
    {
        Caller caller = await Test.CallAsync();
        await Test.Time.WaitForTimerAsync(HoldTime);
        return caller;
    }

    private async Task AssertUnknownAsync(Caller caller, string? tubId = null) =>
        Assert.That(await caller.RefusalAsync(), Is.EqualTo($"HTTP/1.1 404 Not Found: unknown TubID {tubId ?? Test.ClientId}"));
}
