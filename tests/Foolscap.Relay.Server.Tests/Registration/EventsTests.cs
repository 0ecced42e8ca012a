using Foolscap.Relay.Server.Admission;
using Foolscap.Relay.Server.Registration;
using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests.Registration;

/// <summary>What the relay tells the <c>events</c> reference of a registration.</summary>
internal sealed class EventsTests : RelayFixture
{
    [TestCase(30, 30)]
    [TestCase(90, 90)]
    [TestCase(0.5, 1)]
    [TestCase(0, 0)]
    public async Task Drain_EventsGiven_TellsDrainingAndTheSeconds(double limit, long told)
    {
        ScriptedEnd events = new();
        await Test.RegisterAsync(events: events);
        await Test.Relay.DrainAsync(TimeSpan.FromSeconds(limit));
        ScriptedCall call = await events.NextAsync("draining");
        Assert.That(call.Arguments, Is.EqualTo(new object?[] { told }));
    }

    [Test]
    public async Task Drain_SeveralTubs_TellsThemAll()
    {
        ScriptedEnd events = new();
        ScriptedEnd others = new();
        await Test.RegisterAsync(events: events);
        await (await Test.ConnectAsync(TestCertificates.Mid)).RegisterAsync(events: others);
        await Test.Relay.DrainAsync(TimeSpan.FromSeconds(30));
        await events.NextAsync("draining");
        await others.NextAsync("draining");
    }

    [Test]
    public async Task Register_AnewOnTheSameConnection_TellsNobodyThatItWasReplaced()
    {
        ScriptedEnd events = new();
        await Test.RegisterAsync(events: events);
        await Test.RegisterAsync();
        await Test.RoundTripAsync();
        Assert.That(events.Waiting, Is.Zero);
    }

    [Test]
    public async Task TellReplaced_ConnectionLives_TellsThePeer()
    {
        ScriptedEnd events = new();
        await using ConnectedTubs tubs = await ConnectedTubs.ConnectAsync();
        TubRegistration registration = new(
            await tubs.GiveToServerAsync(new ScriptedListener()), await tubs.GiveToServerAsync(events), sendWindow: 100, new CurrentLimits(new RelayLimits()));
        registration.TellReplaced("203.0.113.9:4321");
        ScriptedCall call = await events.NextAsync("replaced");
        Assert.That(call.Arguments, Is.EqualTo(new object?[] { "203.0.113.9:4321" }));
    }

    [Test]
    public async Task TellReplaced_ConnectionIsGone_IsNoError()
    {
        await using ConnectedTubs tubs = await ConnectedTubs.ConnectAsync();
        TubRegistration registration = new(
            await tubs.GiveToServerAsync(new ScriptedListener()), await tubs.GiveToServerAsync(new ScriptedEnd()), sendWindow: 100, new CurrentLimits(new RelayLimits()));
        registration.Connection.Abort("the test cuts it");
        Assert.That(() => registration.TellReplaced("203.0.113.9:4321"), Throws.Nothing);
        registration.Release();
        Assert.That(() => registration.TellDraining(TimeSpan.FromSeconds(1)), Throws.Nothing);
    }

    [TestCase(5)]
    [TestCase("events")]
    [TestCase(true)]
    public async Task Register_EventsAreNoReference_IsRefused(object events)
    {
        RemoteException refusal = await Test.RefusedAsync(
            "register", Test.ClientId, new ScriptedListener(), new Dictionary<object, object?> { ["events"] = events });
        Assert.That(refusal.RemoteMessage, Is.EqualTo("The option events must be a reference to an object of the Tub that registers."));
        await AssertReleasedAsync();
    }

    [Test]
    public async Task Register_EventsAreAnObjectOfTheRelay_IsRefused()
    {
        RemoteException refusal = await Test.RefusedAsync(
            "register", Test.ClientId, new ScriptedListener(), new Dictionary<object, object?> { ["events"] = Test.Registrar });
        Assert.That(refusal.RemoteMessage, Does.StartWith("The option events must be a reference"));
        await AssertReleasedAsync();
    }

    [Test]
    public async Task Register_EventsAreNone_IsTaken()
    {
        await Test.CallRegistrarAsync("register", Test.ClientId, new ScriptedListener(), new Dictionary<object, object?> { ["events"] = null });
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.EqualTo(1));
    }

    [Test]
    public async Task Register_ReferencesInUnknownOptions_AreGivenBack()
    {
        Dictionary<object, object?> options = new() { ["colour"] = new Referenceable(), ["events"] = new ScriptedEnd() };
        await Test.CallRegistrarAsync("register", Test.ClientId, new ScriptedListener(), options);
        await Test.UntilAsync(() => Test.Registrar.Connection.ExportedReferences == 2, "the release of the unknown option");
    }

    [Test]
    public async Task Unregister_EventsGiven_AreGivenBack()
    {
        ScriptedListener listener = await Test.RegisterAsync(events: new ScriptedEnd());
        Assert.That(Test.Registrar.Connection.ExportedReferences, Is.EqualTo(2));
        await Test.CallRegistrarAsync("unregister", Test.ClientId, listener);
        await AssertReleasedAsync();
    }

    [Test]
    public async Task Register_OneObjectForListenerAndEvents_IsTakenAndGivenBack()
    {
        ScriptedListener both = new();
        await Test.CallRegistrarAsync("register", Test.ClientId, both, RelayUnderTest.Options(events: both));
        await Test.CallAsync();
        (await both.NextAsync()).Refuse("not now");
        await Test.CallRegistrarAsync("unregister", Test.ClientId, both);
        await Test.UntilAsync(() => Test.Relay.Statistics.RegisteredTubs == 0, "the end of the registration");
    }

    private Task AssertReleasedAsync() =>
        Test.UntilAsync(() => Test.Registrar.Connection.ExportedReferences == 0, "the release of listener and events");
}
