using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Server.Tests;

/// <summary>How a relay is stopped without cutting what it carries.</summary>
internal sealed class DrainTests : RelayFixture
{
    /// <summary>None of the other timers has this time.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(31);

    [Test]
    public async Task Drain_NothingIsRelayed_IsOverAtOnce() =>
        Assert.That(await Test.Relay.DrainAsync(Limit).Within("the end of the drain"), Is.True);

    [Test]
    public async Task Drain_NewCallers_Are503WhomeverTheyName()
    {
        await Test.RegisterAsync();
        await Test.Relay.DrainAsync(Limit);
        foreach (string name in new[] { Test.ClientId, TestCertificates.Made.TubId.ToString(), "nonsense" })
        {
            Assert.That(await (await Test.CallAsync(name)).RefusalAsync(), Is.EqualTo("HTTP/1.1 503 Service Unavailable: this relay is being shut down"));
        }

        Assert.That(Test.Refusals(RelayRefusal.Draining), Is.EqualTo(3));
        Assert.That(Test.Log.Records.Count(record => record.EventId.Id == 3007), Is.EqualTo(1));
    }

    [Test]
    public async Task Drain_StreamThatEnds_GoesOnUntilThenAndTheDrainWaitsForIt()
    {
        (Caller caller, ScriptedEnd handler) = await RelayAsync();
        Task<bool> draining = Test.Relay.DrainAsync(Limit);
        await caller.Outside.SendAsync(Piping.Bytes(1000));
        Assert.That(await handler.TakeAsync(1000), Is.EqualTo(Piping.Bytes(1000)));
        Assert.That(draining.IsCompleted, Is.False);
        await caller.Outside.Output.CompleteAsync(new IOException("reset"));
        Assert.That(await draining.Within("the end of the drain"), Is.True);
    }

    [Test]
    public async Task Drain_StreamThatDoesNotEnd_IsGivenUpAfterTheLimitAndGoesOnUntilDisposal()
    {
        (Caller caller, ScriptedEnd handler) = await RelayAsync();
        Task<bool> draining = Test.Relay.DrainAsync(Limit);
        await Test.Time.WaitForTimerAsync(Limit);
        Test.Time.Advance(Limit - TimeSpan.FromSeconds(0.1));
        await Test.RoundTripAsync();
        Assert.That(draining.IsCompleted, Is.False);
        Test.Time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.That(await draining.Within("the end of the drain"), Is.False);
        await caller.Outside.SendAsync(Piping.Bytes(10));
        await handler.TakeAsync(10);
        await Test.Relay.DisposeAsync();
        await caller.Outside.ReceiveResetAsync();
    }

    [Test]
    public async Task Drain_Cancelled_Throws()
    {
        await RelayAsync();
        using CancellationTokenSource cancelled = new();
        Task<bool> draining = Test.Relay.DrainAsync(Limit, cancelled.Token);
        await cancelled.CancelAsync();
        Assert.That(async () => await draining.Within("the end of the drain"), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Drain_NegativeLimit_Throws() =>
        Assert.That(() => Test.Relay.DrainAsync(TimeSpan.FromSeconds(-1)), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public async Task Drain_TubIsBeingAsked_CallerIs503AndTheHandlerIsAborted()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        Acceptance acceptance = await listener.NextAsync();
        Task<bool> draining = Test.Relay.DrainAsync(Limit);
        Assert.That(await caller.RefusalAsync(), Is.EqualTo("HTTP/1.1 503 Service Unavailable: this relay is being shut down"));
        Assert.That(await draining.Within("the end of the drain"), Is.True, "Nothing is relayed.");
        ScriptedEnd handler = new();
        acceptance.Answer(handler);
        Assert.That((await handler.NextAsync("abort")).Text, Is.EqualTo("the connection is gone already"));
        Assert.That((Test.Relay.Statistics.ActiveStreams, Test.Relay.Statistics.TotalStreams), Is.EqualTo((0, 0L)));
    }

    [Test]
    public async Task Drain_CallerIsBeingToldWhy_IsWaitedForButNotForLong()
    {
        await Test.RegisterAsync();
        await Test.CallAsync();
        Task<bool> draining = Test.Relay.DrainAsync(Limit);
        await Test.Time.WaitForTimerAsync(TimeSpan.FromSeconds(3));
        Assert.That(draining.IsCompleted, Is.False);
        Test.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.That(await draining.Within("the end of the drain"), Is.True);
    }

    [Test]
    public async Task Drain_RegistrationStays_UntilTheRelayIsDisposed()
    {
        await Test.RegisterAsync();
        await Test.Relay.DrainAsync(Limit);
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.EqualTo(1));
        await Test.Relay.DisposeAsync();
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.Zero);
    }

    [Test]
    public async Task Dispose_RegisteredTub_IsToldAndKeepsItsConnection()
    {
        ScriptedEnd events = new();
        await Test.RegisterAsync(events: events);
        await Test.Relay.DisposeAsync();
        Assert.That((await events.NextAsync("draining")).Arguments, Is.EqualTo(new object?[] { 0L }));
        Assert.That(Test.Registrar.Connection.Disconnected.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task Dispose_OtherRelayBehindItOnTheSameListener_TakesOver()
    {
        await Test.RegisterAsync();
        await Test.Relay.DisposeAsync();
        await using RelayServer next = new(Test.RelayTub.Tub, new RelayServerOptions { RegistrarName = "next" }, Test.Log, Test.Time);
        Test.RelayTub.Listener.Add(next);
        ScriptedListener listener = new();
        using Tubs.RemoteReference registrar = await Test.Client.Tub.GetReferenceAsync(next.RegistrarFurl, TestTime.Token);
        await registrar.CallAsync("register", [Test.ClientId, listener, RelayUnderTest.Options()]).Within("the answer to register()");
        await Test.CallAsync();
        await listener.AcceptAsync();
    }

    private async Task<(Caller Caller, ScriptedEnd Handler)> RelayAsync()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        return (caller, handler);
    }
}
