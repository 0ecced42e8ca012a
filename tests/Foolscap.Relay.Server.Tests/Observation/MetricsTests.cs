using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Foolscap.Relay.Server.Observation;
using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities.Observation;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests.Observation;

/// <summary>What the meter <c>Foolscap.Relay.Server</c> tells.</summary>
internal sealed partial class MetricsTests : RelayFixture
{
    private MeterProbe _meter = null!;

    protected override RelayServerOptions? Options => new() { MeterFactory = _meter = new MeterProbe() };

    [TearDown]
    public void DisposeMeter() => _meter.Dispose();

    [Test]
    public void Instruments_All_HaveTheirNamesUnitsAndADescription()
    {
        Assert.That(_meter.Meter.Name, Is.EqualTo("Foolscap.Relay.Server"));
        Assert.That(_meter.Meter.Version, Does.Match("^[0-9]+[.][0-9]+[.][0-9]+$"));
        Assert.That(_meter.Instruments.Select(one => $"{one.Name} {one.Unit} {one.GetType().Name.Split('`')[0]}"), Is.EquivalentTo(new[]
        {
            "foolscap.relay.tubs.registered {tub} ObservableUpDownCounter",
            "foolscap.relay.streams.active {stream} ObservableUpDownCounter",
            "foolscap.relay.connections.held {connection} ObservableUpDownCounter",
            "foolscap.relay.buffer.reserved By ObservableUpDownCounter",
            "foolscap.relay.buffer.limit By ObservableUpDownCounter",
            "foolscap.relay.streams {stream} ObservableCounter",
            "foolscap.relay.io By ObservableCounter",
            "foolscap.relay.refusals {refusal} ObservableCounter",
            "foolscap.relay.registrations {registration} ObservableCounter",
            "foolscap.relay.registration.conflicts {conflict} ObservableCounter",
            "foolscap.relay.accept.duration s Histogram",
            "foolscap.relay.stream.duration s Histogram",
        }));
        Assert.That(_meter.Instruments.Select(one => one.Description), Is.All.Not.Empty);
    }

    [Test]
    public void Refusals_EveryReason_HasItsNameInSnakeCase() => Assert.That(
        Enum.GetValues<RelayRefusal>().Select(RelayTags.Of),
        Is.EqualTo(Enum.GetNames<RelayRefusal>().Select(name => CapitalInside().Replace(name, "_$1").ToLowerInvariant())));

    [Test]
    public void EndReasons_Every_HasItsNameInSnakeCase() => Assert.That(
        Enum.GetValues<StreamEndReason>().Select(RelayTags.Of),
        Is.EqualTo(Enum.GetNames<StreamEndReason>().Select(name => CapitalInside().Replace(name, "_$1").ToLowerInvariant())));

    [Test]
    public async Task Bytes_InTheMiddleOfATransfer_AreThereAlready()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync(pipe: Piping.Boundless);
        (ScriptedEnd handler, RemoteReference responder) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        await responder.CallAsync(RelayProtocol.Write, [new byte[1000]]).Within("the answer to a write");
        await caller.Outside.ReceiveAsync(1000);
        await Test.UntilAsync(() => _meter.Read("foolscap.relay.io", "from_tub") == 1000, "the bytes from the Tub");
        Assert.That(_meter.Read("foolscap.relay.io", "to_tub"), Is.EqualTo(caller.Request.Length));
        Assert.That((_meter.Read("foolscap.relay.streams.active", "message"), _meter.Read("foolscap.relay.streams.active", "direct")), Is.EqualTo((1, 0)));
        Assert.That(Test.Relay.Statistics.ActiveStreams, Is.EqualTo(1), "Nothing has ended.");
        await responder.CallAsync(RelayProtocol.Write, [new byte[500]]).Within("the answer to a write");
        await Test.UntilAsync(() => _meter.Read("foolscap.relay.io", "from_tub") == 1500, "more bytes from the Tub");
    }

    [Test]
    public async Task Counts_AfterARunWithEverything_AreThoseOfTheStatistics()
    {
        await EverythingThatHappens.RunAsync(Test);
        RelayStatistics now = Test.Relay.Statistics;
        Assert.Multiple(() =>
        {
            Assert.That(_meter.Read("foolscap.relay.tubs.registered"), Is.EqualTo(now.RegisteredTubs));
            Assert.That(_meter.Read("foolscap.relay.connections.held"), Is.EqualTo(now.HeldConnections));
            Assert.That(_meter.Read("foolscap.relay.buffer.reserved"), Is.EqualTo(now.ReservedBytes));
            Assert.That(_meter.Read("foolscap.relay.buffer.limit"), Is.EqualTo(256 * 1024 * 1024));
            Assert.That(_meter.Read("foolscap.relay.streams", "message"), Is.EqualTo(now.TotalStreams - now.TotalDirectStreams).And.GreaterThan(0));
            Assert.That(_meter.Read("foolscap.relay.streams", "direct"), Is.EqualTo(now.TotalDirectStreams).And.GreaterThan(0));
            Assert.That(_meter.Read("foolscap.relay.io", "to_tub"), Is.EqualTo(now.BytesToTubs).And.GreaterThan(0));
            Assert.That(_meter.Read("foolscap.relay.registration.conflicts"), Is.EqualTo(now.RegistrationConflicts));
            Assert.That(_meter.Read("foolscap.relay.registrations", "registered"), Is.EqualTo(now.TotalRegistrations - now.TotalReplacements).And.GreaterThan(0));
            Assert.That(_meter.Read("foolscap.relay.registrations", "replaced"), Is.EqualTo(now.TotalReplacements).And.GreaterThan(0));
            Assert.That(_meter.Read("foolscap.relay.registrations", "refused"), Is.EqualTo(now.RefusedRegistrations).And.GreaterThan(0));
            foreach ((RelayRefusal reason, long count) in now.Refusals)
            {
                Assert.That(_meter.Read("foolscap.relay.refusals", RelayTags.Of(reason)), Is.EqualTo(count), reason.ToString());
            }
        });
    }

    [Test]
    public async Task AcceptDuration_AnswerAfterAWhile_IsHowLongTheCallerWaited()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        await Test.CallAsync();
        Acceptance acceptance = await listener.NextAsync();
        Test.Time.Advance(TimeSpan.FromSeconds(3));
        acceptance.Answer(new ScriptedEnd());
        Measured measured = await _meter.WaitForAsync("foolscap.relay.accept.duration", "message");
        Assert.That(measured.Value, Is.EqualTo(3).Within(0.001));
        await Test.CallAsync();
        (await listener.NextAsync()).Refuse("not now");
        Assert.That((await _meter.WaitForAsync("foolscap.relay.accept.duration", "tub_refused")).Value, Is.Zero);
    }

    [Test]
    public async Task StreamDuration_StreamsEnd_IsTheirTimeByReason()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync(pipe: Piping.Boundless);
        (ScriptedEnd handler, RemoteReference responder) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        await Test.PassAsync(TimeSpan.FromSeconds(100));
        await caller.Outside.Output.CompleteAsync();
        await handler.NextAsync(RelayProtocol.Close);
        await responder.CallAsync(RelayProtocol.Close).Within("the answer to close()");
        await caller.Outside.ReceiveToEndAsync();
        Assert.That((await _meter.WaitForAsync("foolscap.relay.stream.duration", "completed")).Value, Is.EqualTo(100).Within(0.001));
        caller = await Test.CallAsync();
        (handler, _) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        await caller.Outside.Output.CompleteAsync(new IOException("reset"));
        Assert.That((await _meter.WaitForAsync("foolscap.relay.stream.duration", "reset")).Value, Is.Zero);
    }

    [Test]
    public void Buckets_OfBothHistograms_AreAdvised() => Assert.That(
        _meter.Instruments.OfType<Histogram<double>>().Select(one => one.Advice?.HistogramBucketBoundaries?.Count),
        Is.EqualTo(new[] { 14, 13 }));

    [Test]
    public void Limits_Changed_TellTheNewBudget()
    {
        Test.Relay.UpdateLimits(new RelayLimits { MaxBufferedBytes = 2 * 1024 * 1024 });
        Assert.That(_meter.Read("foolscap.relay.buffer.limit"), Is.EqualTo(2 * 1024 * 1024));
    }

    [Test]
    public async Task Dispose_MeterOfAFactory_LivesOnAndTheRelayIsSilent()
    {
        await Test.Relay.DisposeAsync();
        Assert.That(_meter.Observe(), Is.Empty);
    }

    [Test]
    public async Task Meter_OfARelayWithAName_CarriesIt()
    {
        using MeterProbe meter = new();
        await RestartAsync(new RelayServerOptions { MeterFactory = meter, MeterName = "east" });
        Assert.That(meter.Meter.Tags, Is.EqualTo(new[] { new KeyValuePair<string, object?>("foolscap.relay.name", "east") }));
    }

    [Test]
    public async Task Meter_WithoutAFactory_IsThereUntilTheRelayIsDisposed()
    {
        HashSet<Meter> there = [];
        using MeterListener listener = new() { MeasurementsCompleted = (instrument, _) => there.Remove(instrument.Meter) };
        listener.InstrumentPublished = (instrument, heard) =>
        {
            if (instrument.Meter.Name == RelayMetrics.MeterName && instrument.Meter.Scope is not MeterProbe)
            {
                there.Add(instrument.Meter);
                heard.EnableMeasurementEvents(instrument);
            }
        };
        listener.Start();
        there.Clear();
        await RestartAsync(new RelayServerOptions());
        Assert.That(there, Has.Count.EqualTo(1));
        await Test.Relay.DisposeAsync();
        Assert.That(there, Is.Empty);
    }

    [GeneratedRegex("(?<=.)([A-Z])")]
    private static partial Regex CapitalInside();
}
