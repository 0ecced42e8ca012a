using System.Diagnostics;
using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities.Observation;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests.Observation;

/// <summary>What the source <c>Foolscap.Relay.Server</c> traces.</summary>
internal sealed class TracingTests : RelayFixture
{
    private TraceProbe _traces = null!;

    [SetUp]
    public void Listen() => _traces = new TraceProbe("Foolscap.Relay.Server");

    [TearDown]
    public void StopListening() => _traces.Dispose();

    [Test]
    public async Task Register_Taken_IsTraced()
    {
        await Test.RegisterAsync();
        Activity register = await _traces.WaitForAsync("register");
        Assert.That(TraceProbe.Describe(register), Is.EqualTo("register Unset  foolscap.relay.registration.result=registered"));
        Assert.That(register.Kind, Is.EqualTo(ActivityKind.Server));
    }

    [Test]
    public async Task Register_Refused_IsAnErrorWithItsReason()
    {
        await Test.Relay.DrainAsync(TimeSpan.Zero);
        RemoteException refusal = await Test.First.RegistrationRefusedAsync();
        Assert.That((refusal.RemoteType, refusal.RemoteMessage), Is.EqualTo(("foolscap.tokens.Violation", "this relay is being shut down")));
        Assert.That(
            TraceProbe.Describe(await _traces.WaitForAsync("register")),
            Is.EqualTo("register Error draining foolscap.relay.registration.result=refused,error.type=draining"));
    }

    [Test]
    public async Task Register_AgainstTheProtocol_IsAnError()
    {
        await Test.RefusedAsync(RelayProtocol.Register, "nonsense", new ScriptedListener(), RelayUnderTest.Options());
        Assert.That(
            TraceProbe.Describe(await _traces.WaitForAsync("register")),
            Is.EqualTo("register Error ViolationException foolscap.relay.registration.result=invalid,error.type=ViolationException"));
    }

    [Test]
    public async Task Accept_TubTakesTheConnection_IsTracedAndTheStreamBelowIt()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        Activity accept = await _traces.WaitForAsync("accept");
        Assert.That(TraceProbe.Describe(accept), Is.EqualTo("accept Unset  foolscap.relay.accept.result=message"));
        await caller.Outside.Output.CompleteAsync(new IOException("reset"));
        Activity stream = await _traces.WaitForAsync("stream");
        Assert.That(TraceProbe.Describe(stream), Is.EqualTo(
            "stream Unset  foolscap.relay.path=message,foolscap.relay.end.reason=reset,"
            + $"foolscap.relay.bytes.to_tub={caller.Request.Length},foolscap.relay.bytes.from_tub=0"));
        Assert.That((stream.TraceId, stream.ParentSpanId), Is.EqualTo((accept.TraceId, accept.SpanId)));
    }

    [Test]
    public async Task Accept_TubRefuses_IsAnErrorWithItsReason()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        (await listener.NextAsync()).Refuse("not now");
        await caller.RefusalAsync();
        Assert.That(
            TraceProbe.Describe(await _traces.WaitForAsync("accept")),
            Is.EqualTo("accept Error tub_refused foolscap.relay.accept.result=tub_refused,error.type=tub_refused"));
    }

    [Test]
    public async Task Everything_NoTraceAndNoLabel_HoldsATubIdOrAnAddress()
    {
        using MeterProbe meter = new();
        await RestartAsync(new RelayServerOptions { MeterFactory = meter });
        await EverythingThatHappens.RunAsync(Test);
        await Test.Relay.DisposeAsync();
        string[] texts =
        [
            .. _traces.All.Select(TraceProbe.Describe),
            .. meter.Recorded.Select(one => one.Tags),
            .. meter.Observe().Select(one => one.Tags),
            .. meter.Instruments.Select(one => $"{one.Name} {one.Description}"),
        ];
        Assert.That(_traces.All.Select(one => one.OperationName).Distinct(), Is.EquivalentTo(new[] { "register", "accept", "stream" }));
        Assert.That(meter.Recorded, Is.Not.Empty);
        Assert.That(texts, Has.None.Match("[a-z2-7]{32}"), "A TubID.");
        Assert.That(texts, Has.None.Match(@"\d+\.\d+\.\d+\.\d+|:\d"), "An address.");
    }
}
