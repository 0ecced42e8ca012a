using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Server.Tests;

/// <summary>Limits that change while the relay runs.</summary>
internal sealed class UpdateLimitsTests : RelayFixture
{
    [Test]
    public void UpdateLimits_OutOfRange_NamesItAndChangesNothing()
    {
        RelayLimits before = Test.Relay.Options.Limits;
        Assert.That(
            () => Test.Relay.UpdateLimits(new RelayLimits { MaxStreams = 0 }),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo(nameof(RelayLimits.MaxStreams)));
        Assert.That(() => Test.Relay.UpdateLimits(null!), Throws.ArgumentNullException);
        Assert.That(Test.Relay.Options.Limits, Is.SameAs(before));
    }

    [Test]
    public void UpdateLimits_Others_AreInTheOptions()
    {
        RelayLimits limits = new() { MaxStreams = 17 };
        Test.Relay.UpdateLimits(limits);
        Assert.That(Test.Relay.Options.Limits, Is.SameAs(limits));
    }

    [Test]
    public async Task UpdateLimits_FewerStreams_ThoseThatAreThereStayAndNobodyElseComesIn()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        Test.Relay.UpdateLimits(new RelayLimits { MaxStreams = 1 });
        Assert.That(await (await Test.CallAsync()).RefusalAsync(), Does.Contain("as many connections as it takes"));
        await caller.Outside.SendAsync(Piping.Bytes(10));
        Assert.That(await handler.TakeAsync(10), Is.EqualTo(Piping.Bytes(10)));
        Test.Relay.UpdateLimits(new RelayLimits { MaxStreams = 2 });
        await Test.CallAsync();
        await listener.NextAsync();
    }

    [TestCase(RelayRefusal.StreamLimitOfTub)]
    [TestCase(RelayRefusal.StreamLimitOfAddress)]
    public async Task UpdateLimits_FewerOfATubOrAnAddress_HoldAtOnce(RelayRefusal refusal)
    {
        ScriptedListener listener = await Test.RegisterAsync();
        await Test.CallAsync();
        await listener.NextAsync();
        Test.Relay.UpdateLimits(refusal == RelayRefusal.StreamLimitOfTub ? new RelayLimits { MaxStreamsPerTub = 1 } : new RelayLimits { MaxStreamsPerAddress = 1 });
        await (await Test.CallAsync()).RefusalAsync();
        Assert.That(Test.Refusals(refusal), Is.EqualTo(1));
    }

    [Test]
    public async Task UpdateLimits_FewerTubs_RegisteredOnesStayAndNobodyElseComesIn()
    {
        await Test.RegisterAsync();
        ClientTub other = await Test.ConnectAsync(TestCertificates.Mid);
        Test.Relay.UpdateLimits(new RelayLimits { MaxRegisteredTubs = 1 });
        await other.RegistrationRefusedAsync();
        Assert.That((Test.Refusals(RelayRefusal.RegistrationLimit), Test.Relay.Statistics.RegisteredTubs), Is.EqualTo((1L, 1)));
        Test.Relay.UpdateLimits(new RelayLimits { MaxRegisteredTubs = 2, MaxRegisteredTubsPerAddress = 1 });
        await other.RegistrationRefusedAsync();
        Assert.That(Test.Refusals(RelayRefusal.RegistrationLimitOfAddress), Is.EqualTo(1));
        Test.Relay.UpdateLimits(new RelayLimits());
        await other.RegisterAsync();
    }

    [Test]
    public async Task UpdateLimits_MorePendingAccepts_HoldForTheRegistrationThatStands()
    {
        Test.Relay.UpdateLimits(new RelayLimits { MaxPendingAcceptsPerTub = 1 });
        ScriptedListener listener = await Test.RegisterAsync();
        await Test.CallAsync();
        await listener.NextAsync();
        await Test.CallAsync();
        await Test.RoundTripAsync();
        Assert.That(listener.Waiting, Is.Zero);
        Test.Relay.UpdateLimits(new RelayLimits { MaxPendingAcceptsPerTub = 3 });
        await Test.CallAsync();
        await listener.NextAsync();
        await listener.NextAsync();
    }

    [Test]
    public async Task UpdateLimits_AcceptRate_HoldsAtOnce()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Test.Relay.UpdateLimits(new RelayLimits { AcceptsPerSecondPerTub = 1 });
        await Test.CallAsync();
        await Test.CallAsync();
        await listener.NextAsync();
        await listener.NextAsync();
        await (await Test.CallAsync()).RefusalAsync();
        Assert.That(Test.Refusals(RelayRefusal.AcceptRate), Is.EqualTo(1));
    }

    [Test]
    public async Task UpdateLimits_IdleTimeout_HoldsForStreamsThatAreThere()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync(pipe: Piping.Boundless);
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        await Test.PassAsync(TimeSpan.FromMinutes(10));
        Test.Relay.UpdateLimits(new RelayLimits { StreamIdleTimeout = TimeSpan.FromSeconds(40) });
        Test.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.That(Test.Relay.Statistics.ActiveStreams, Is.EqualTo(1), "It has moved since it was looked at last, and that was never.");
        Test.Time.Advance(TimeSpan.FromSeconds(41));
        Assert.That((await handler.NextAsync(RelayProtocol.Abort)).Text, Is.EqualTo("nothing has passed for 40 s"));
    }

    [Test]
    public async Task UpdateLimits_IdleTimeoutOff_NothingIsAborted()
    {
        Test.Relay.UpdateLimits(new RelayLimits { StreamIdleTimeout = TimeSpan.FromSeconds(40) });
        ScriptedListener listener = await Test.RegisterAsync();
        await Test.CallAsync(pipe: Piping.Boundless);
        await listener.AcceptAsync();
        await Test.UntilAsync(() => Test.Relay.Statistics.ActiveStreams == 1, "the stream");
        Test.Relay.UpdateLimits(new RelayLimits());
        await Test.PassAsync(TimeSpan.FromMinutes(10));
        Assert.That(Test.Relay.Statistics.ActiveStreams, Is.EqualTo(1));
    }

    [Test]
    public async Task UpdateLimits_BufferedBytes_HoldForNewcomers()
    {
        await RestartAsync(new RelayServerOptions { InitialWindow = 500_000, Window = 500_000 });
        ScriptedListener listener = await Test.RegisterAsync();
        await Test.CallAsync();
        await listener.NextAsync();
        Test.Relay.UpdateLimits(new RelayLimits { MaxBufferedBytes = 1024 * 1024 });
        await (await Test.CallAsync()).RefusalAsync();
        Assert.That(Test.Refusals(RelayRefusal.BufferLimit), Is.EqualTo(1));
    }

    [Test]
    public async Task UpdateLimits_ByteRate_HoldsForAStreamThatHasOne()
    {
        Test.Relay.UpdateLimits(new RelayLimits { BytesPerSecond = 1_000_000_000 });
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync(pipe: Piping.Boundless);
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        await Test.UntilAsync(() => Test.Relay.Statistics.ReservedBytes == new RelayServerOptions().InitialWindow, "the request to be paid for");
        Test.Relay.UpdateLimits(new RelayLimits { BytesPerSecond = 100 });
        await caller.Outside.SendAsync(Piping.Bytes(1150));
        await handler.TakeAsync(1150);
        await caller.Outside.SendAsync(Piping.Bytes(1));
        TimeSpan wait = await Test.Time.WaitForTimerAsync(due => due > TimeSpan.FromSeconds(10.4) && due < TimeSpan.FromSeconds(10.6));
        Test.Time.Advance(wait + TimeSpan.FromMilliseconds(1));
        await handler.TakeAsync(1);
    }

    [Test]
    public async Task UpdateLimits_RegistrationRate_HoldsAtOnce()
    {
        for (int i = 0; i < 19; i++)
        {
            await Test.RegisterAsync();
        }

        Test.Relay.UpdateLimits(new RelayLimits { RegistrationsPerMinutePerTub = 6000 });
        await Test.RegisterAsync();
        Test.Time.Advance(TimeSpan.FromSeconds(0.1));
        for (int i = 0; i < 9; i++)
        {
            await Test.RegisterAsync();
        }

        Assert.That(Test.Refusals(RelayRefusal.RegistrationRate), Is.Zero);
    }
}
