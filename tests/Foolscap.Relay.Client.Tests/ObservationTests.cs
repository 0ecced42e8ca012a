using System.Diagnostics;
using System.IO.Pipelines;
using Foolscap.Relay.Client.Attachment;
using Foolscap.Relay.Client.Observation;
using Foolscap.Relay.Client.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities.Observation;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Tests;

/// <summary>What a client tells of itself: its statistics, the meter and the traces of <c>Foolscap.Relay.Client</c>.</summary>
internal sealed class ObservationTests
{
    private const string Accepts = "foolscap.relay.client.accept.duration";
    private const string Ends = "foolscap.relay.client.stream.duration";

    private MeterProbe _meter = null!;
    private TraceProbe _traces = null!;
    private ClientUnderTest _test = null!;
    private RegistrarCall _registration = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _meter = new MeterProbe();
        _traces = new TraceProbe("Foolscap.Relay.Client");
        (_test, _registration) = await ClientUnderTest.RegisteredAsync(new RelayClientOptions { MeterFactory = _meter, MeterName = "mine" });
    }

    [TearDown]
    public async Task DisposeAsync()
    {
        await _test.DisposeAsync();
        _traces.Dispose();
        _meter.Dispose();
    }

    [Test]
    public void Instruments_All_HaveTheirNamesAndUnits()
    {
        Assert.That((_meter.Meter.Name, _meter.Meter.Tags!.Single()), Is.EqualTo(("Foolscap.Relay.Client", new KeyValuePair<string, object?>("foolscap.relay.name", "mine"))));
        Assert.That(_meter.Instruments.Select(one => $"{one.Name} {one.Unit} {one.GetType().Name.Split('`')[0]}"), Is.EquivalentTo(new[]
        {
            "foolscap.relay.client.relays {relay} ObservableUpDownCounter",
            "foolscap.relay.client.streams.active {stream} ObservableUpDownCounter",
            "foolscap.relay.client.streams {stream} ObservableCounter",
            "foolscap.relay.client.io By ObservableCounter",
            "foolscap.relay.client.registrations {registration} ObservableCounter",
            "foolscap.relay.client.reconnects {reconnect} ObservableCounter",
            "foolscap.relay.client.accept.duration s Histogram",
            "foolscap.relay.client.stream.duration s Histogram",
        }));
    }

    [Test]
    public void Tags_EveryRefusalAndState_HasOneOfItsOwn()
    {
        Assert.That(Enum.GetValues<AcceptRefusal>().Select(ClientTags.Of), Is.Unique.And.All.Matches("^[a-z_]+$"));
        Assert.That(Enum.GetValues<RelayState>().Select(ClientTags.Of), Is.Unique.And.All.Matches("^[a-z]+$"));
    }

    [Test]
    public async Task Statistics_RelayIsLostAndBack_TellTheStateSinceWhenAndHowOften()
    {
        DateTimeOffset since = _test.Time.GetUtcNow();
        Assert.That(_test.Client.Statistics.Relays.Single(), Is.EqualTo(
            new RelayAttachmentStatistics(_test.Relay.TubId, RelayState.Registered, since, Registrations: 1, FailedRegistrations: 0, Reconnects: 0)));
        _test.Time.Advance(TimeSpan.FromSeconds(1));
        _registration.Listener.Connection.Abort("the test cuts it");
        RelayStatus waiting = await _test.NextAsync(RelayState.Waiting);
        Assert.That(_test.Client.Statistics.Relays.Single(), Is.EqualTo(
            new RelayAttachmentStatistics(_test.Relay.TubId, RelayState.Waiting, _test.Time.GetUtcNow(), 1, 0, 0)));
        Assert.That((_meter.Read("foolscap.relay.client.relays", "waiting"), _meter.Read("foolscap.relay.client.relays", "registered")), Is.EqualTo((1, 0)));
        await _test.PassAsync(waiting);
        (await _test.Relay.NextAsync("register")).Refuse("not now");
        await _test.PassAsync(await _test.NextAsync(RelayState.Waiting));
        await _test.Relay.RegisterAsync();
        await _test.NextAsync(RelayState.Registered);
        Assert.That(_test.Client.Statistics.Relays.Single(), Is.EqualTo(
            new RelayAttachmentStatistics(_test.Relay.TubId, RelayState.Registered, _test.Time.GetUtcNow(), 2, 1, 2)));
        Assert.That(
            (_meter.Read("foolscap.relay.client.registrations", "registered"), _meter.Read("foolscap.relay.client.registrations", "failed"), _meter.Read("foolscap.relay.client.reconnects")),
            Is.EqualTo((2, 1, 2)));
    }

    [Test]
    public async Task Bytes_InTheMiddleOfAStream_AreThereAlready()
    {
        (RemoteReference handler, IDuplexPipe target, ScriptedEnd responder) = await AcceptAsync();
        await handler.CallAsync("write", [new byte[100]]).Within("the answer to a write");
        await target.ReceiveAsync(100);
        await target.SendAsync(new byte[30]);
        await responder.TakeAsync(30);
        Assert.That(_test.Client.Statistics with { Relays = [] }, Is.EqualTo(new RelayClientStatistics(1, 0, 1, 0, 100, 30, 0, [])));
        Assert.That((_meter.Read("foolscap.relay.client.io", "to_tub"), _meter.Read("foolscap.relay.client.io", "from_tub")), Is.EqualTo((100, 30)));
        Assert.That((_meter.Read("foolscap.relay.client.streams", "message"), _meter.Read("foolscap.relay.client.streams.active", "message")), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task StreamDuration_StreamsEnd_IsTheirTimeByReason()
    {
        (RemoteReference handler, _, _) = await AcceptAsync();
        _test.Time.Advance(TimeSpan.FromSeconds(9));
        await handler.CallAsync("abort", ["enough"]).Within("the answer to abort()");
        Assert.That((await _meter.WaitForAsync(Ends, "reset")).Value, Is.EqualTo(9).Within(0.001));
        await AcceptAsync();
        _registration.Listener.Connection.Abort("the test cuts it");
        await _meter.WaitForAsync(Ends, "relay_lost");
        Assert.That(_test.Client.Statistics.TotalStreams, Is.EqualTo(2));
    }

    [Test]
    public async Task StreamDuration_ClientIsDisposed_IsStopped()
    {
        await AcceptAsync();
        Task stopping = _test.Client.DisposeAsync().AsTask();
        (await _test.Relay.NextAsync("unregister")).Answer(null);
        await stopping.Within("the end of the client");
        await _meter.WaitForAsync(Ends, "stopped");
        Assert.That(_meter.Observe(), Is.Empty, "It has no more to say.");
    }

    [Test]
    public async Task AcceptDuration_TakenAndRefused_TellsWhich()
    {
        await AcceptAsync();
        await _meter.WaitForAsync(Accepts, "message");
        Assert.That(TraceProbe.Describe(await _traces.WaitForAsync("accept")), Is.EqualTo("accept Unset  foolscap.relay.accept.result=message"));
        _test.Connect = _ => throw new IOException("192.0.2.1:3457 is not there");
        await Assert.ThrowsAsync<RemoteException>(() => _registration.BeginAccept(new ScriptedEnd()).Within("the answer to accept()"));
        await _meter.WaitForAsync(Accepts, "target_unreachable");
        Assert.That(_test.Client.Statistics.Refusals, Is.EqualTo(1));
        Assert.That(TraceProbe.Describe(_traces.All.Last()), Is.EqualTo(
            "accept Error target_unreachable foolscap.relay.accept.result=target_unreachable,error.type=target_unreachable"));
    }

    [Test]
    public async Task Register_TakenAndRefused_IsTracedWithoutWhoAndWhere()
    {
        Activity register = await _traces.WaitForAsync("register");
        Assert.That((TraceProbe.Describe(register), register.Kind), Is.EqualTo(("register Unset  foolscap.relay.registration.result=registered", ActivityKind.Client)));
        _registration.Listener.Connection.Abort("the test cuts it");
        RelayStatus waiting = await _test.NextAsync(RelayState.Waiting);
        await _test.PassAsync(waiting);
        (await _test.Relay.NextAsync("register")).Refuse($"not now, {_test.Tub.TubId} at 192.0.2.1:4321");
        await _test.NextAsync(RelayState.Waiting);
        Assert.That(TraceProbe.Describe(_traces.All.Last()), Is.EqualTo(
            "register Error RemoteException foolscap.relay.registration.result=failed,error.type=RemoteException"));
        Assert.That(_meter.Observe().Concat(_meter.Recorded).Select(one => one.Tags), Has.None.Match(@"[a-z2-7]{32}|\d+\.\d+\.\d+"));
    }

    private async Task<(RemoteReference Handler, IDuplexPipe Target, ScriptedEnd Responder)> AcceptAsync()
    {
        ScriptedEnd responder = new();
        RemoteReference handler = await _registration.AcceptAsync(responder);
        return (handler, await _test.NextTargetAsync(), responder);
    }
}
