using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Server.Tests.Interception;

/// <summary>Tubs whose connection looks alive and that do not answer, and streams on which nothing passes.</summary>
internal sealed class SilentTubTests : RelayFixture
{
    private static readonly TimeSpan AcceptTimeout = TimeSpan.FromSeconds(7);

    protected override RelayServerOptions? Options => new() { AcceptTimeout = AcceptTimeout };

    [Test]
    public async Task Accept_MissedTwiceByABlackHoledTub_ItsConnectionIsGivenUp()
    {
        await Test.RegisterAsync();
        Test.First.Link.BlackHole();
        await MissAsync();
        await MissAsync();
        await AdvancePastTheProbeAsync();
        LogRecord record = await Test.Log.WaitForAsync(record => record.EventId.Id == 3002);
        Assert.That(record.Message, Does.Contain("nothing was received for 10 s"));
        Assert.That(Test.Refusals(RelayRefusal.AcceptTimeout), Is.EqualTo(2));
    }

    [Test]
    public async Task Accept_MissedTwiceByATubThatIsThere_ItsConnectionStays()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        await MissAsync();
        await MissAsync();
        await Test.RoundTripAsync();
        await AdvancePastTheProbeAsync();
        await Test.RoundTripAsync();
        await listener.NextAsync();
        await listener.NextAsync();
        Assert.That((Test.Relay.Statistics.RegisteredTubs, listener.Waiting), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task Accept_MissedOnceAndThenAnswered_IsNotProbed()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        await MissAsync();
        await listener.NextAsync();
        Caller caller = await Test.CallAsync();
        (await listener.NextAsync()).Refuse("not now");
        await caller.RefusalAsync();
        Test.First.Link.BlackHole();
        await MissAsync();
        Assert.That(Test.Time.ArmedTimers, Has.None.EqualTo(TimeSpan.FromSeconds(10)));
    }

    [Test]
    public async Task Accept_MissedTwiceAndACallerGoesAwayBetween_IsProbedAllTheSame()
    {
        await Test.RegisterAsync();
        Test.First.Link.BlackHole();
        await MissAsync();
        Caller impatient = await Test.CallAsync();
        await Test.Time.WaitForTimerAsync(AcceptTimeout);
        await impatient.Outside.Output.CompleteAsync(new IOException("reset"));
        await Test.Log.WaitForAsync(record => record.Message.EndsWith("the caller is gone", StringComparison.Ordinal));
        await MissAsync();
        await AdvancePastTheProbeAsync();
        await UntilLostAsync();
    }

    [Test]
    public async Task Stream_NothingPassesForTheIdleTimeout_IsAbortedAndOthersGoOn()
    {
        TimeSpan idle = TimeSpan.FromSeconds(100);
        await RestartAsync(new RelayServerOptions { Limits = new RelayLimits { StreamIdleTimeout = idle } });
        ScriptedListener listener = await Test.RegisterAsync();
        (Caller idleCaller, ScriptedEnd idleHandler, _) = await RelayAsync(listener);
        (Caller sender, ScriptedEnd sentTo, _) = await RelayAsync(listener);
        (Caller reader, _, Tubs.RemoteReference writer) = await RelayAsync(listener);
        for (int i = 0; i < 6; i++)
        {
            Test.Time.Advance(idle / 4);
            await sender.Outside.SendAsync([1]);
            await sentTo.TakeAsync(1);
            await writer.CallAsync("write", [new byte[] { 2 }]).Within("the answer to a write");
            await reader.Outside.ReceiveAsync(1);
        }

        Assert.That((await idleHandler.NextAsync("abort")).Text, Is.EqualTo("nothing has passed for 100 s"));
        await idleCaller.Outside.ReceiveResetAsync();
        await Test.UntilAsync(() => Test.Relay.Statistics.ActiveStreams == 2, "the end of the idle one");
        Assert.That((sender.Outside.IsSilent(), reader.Outside.IsSilent(), sentTo.Waiting), Is.EqualTo((true, true, 0)));
    }

    [Test]
    public async Task Stream_IdleForLessThanTheTimeout_GoesOn()
    {
        TimeSpan idle = TimeSpan.FromSeconds(100);
        await RestartAsync(new RelayServerOptions { Limits = new RelayLimits { StreamIdleTimeout = idle } });
        (Caller caller, ScriptedEnd handler, _) = await RelayAsync(await Test.RegisterAsync());
        Test.Time.Advance(TimeSpan.FromSeconds(99));
        await caller.Outside.SendAsync([1]);
        await handler.TakeAsync(1);
    }

    [Test]
    public async Task Stream_IdleTimeoutIsOff_GoesOnForDays()
    {
        (Caller caller, ScriptedEnd handler, _) = await RelayAsync(await Test.RegisterAsync());
        Test.Time.Advance(TimeSpan.FromDays(3));
        await caller.Outside.SendAsync([1]);
        await handler.TakeAsync(1);
    }

    /// <summary>Calls the client, which does not answer in time.</summary>
    private async Task MissAsync()
    {
        Caller caller = await Test.CallAsync();
        await Test.Time.WaitForTimerAsync(AcceptTimeout);
        Test.Time.Advance(AcceptTimeout);
        Assert.That(await caller.RefusalAsync(), Does.EndWith("did not answer within 7 s"));
    }

    private async Task AdvancePastTheProbeAsync()
    {
        await Test.Time.WaitForTimerAsync(TimeSpan.FromSeconds(10));
        Test.Time.Advance(TimeSpan.FromSeconds(10));
    }

    private async Task<(Caller Caller, ScriptedEnd Handler, Tubs.RemoteReference Responder)> RelayAsync(ScriptedListener listener)
    {
        Caller caller = await Test.CallAsync();
        (ScriptedEnd handler, Tubs.RemoteReference responder) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        return (caller, handler, responder);
    }
}
