using System.Collections.Concurrent;
using System.Diagnostics;
using Foolscap.Furls;
using Foolscap.TestUtilities;

namespace Foolscap.Tubs.Tests.Negotiation;

/// <summary>What a listener of the activities of this assembly hears of an attempt to connect.</summary>
internal sealed class ConnectTraceTests
{
    private static readonly string[] AllSteps =
        ["transport.connected", "request.answered", "tls.established", "hello.received", "connection.decided"];

    [Test]
    public async Task ConnectAsync_WithAListener_TellsEachStepInOrder([Values] bool clientIsMaster)
    {
        await using TubPair pair = TubPair.Create(new TubPairOptions { ClientIsMaster = clientIsMaster });

        Activity activity = await TraceAsync(() => pair.ConnectAsync());

        Assert.That(activity.Events.Select(step => step.Name), Is.EqualTo(AllSteps));
        Assert.That(activity.GetTagItem("tls.protocol.version"), Is.EqualTo("Tls13").Or.EqualTo("Tls12"));
        Assert.That(activity.Status, Is.EqualTo(ActivityStatusCode.Unset));
    }

    [Test]
    public async Task ConnectAsync_Refused_EndsBehindTheLastStepThatWasPassed()
    {
        InMemoryNetwork network = new();
        await using TestTub client = new(network, TestCertificates.Low);
        await using TestTub server = new(network, TestCertificates.High);
        Furl unknown = new(TestCertificates.Mid.TubId, [server.Hint], "x");

        Activity activity = await TraceAsync(async () => await Assert.CatchAsync<NegotiationException>(() => client.Tub.ConnectAsync(unknown)));

        Assert.That(activity.Events.Select(step => step.Name), Is.EqualTo(AllSteps.Take(1)));
        Assert.That(activity.Status, Is.EqualTo(ActivityStatusCode.Error));
        Assert.That(activity.StatusDescription, Is.Null, "a reason may name Tubs and addresses");
        Assert.That(activity.GetTagItem("error.type"), Is.EqualTo(typeof(NegotiationException).FullName));
    }

    [Test]
    public async Task ConnectAsync_WithinTheProgramsActivity_LeavesItAloneAndItsCallsOutOfIt()
    {
        await using TubPair pair = TubPair.Create();
        using Activity mine = new Activity("mine").Start();
        Activity? atTheCall = mine;
        Referenceable back = new Referenceable().On("look", _ => atTheCall = Activity.Current);
        Referenceable caller = new Referenceable().OnAsync("visit", async call => await call.Get<RemoteReference>(0).CallAsync("look"));

        using RemoteReference reference = await pair.GetReferenceAsync(caller);
        await reference.CallAsync("visit", [back]);

        Assert.That(mine.Events, Is.Empty);
        Assert.That(atTheCall, Is.Null, "a connection lives longer than what it was made for");
    }

    private static async Task<Activity> TraceAsync(Func<Task> connect)
    {
        using Activity root = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        ConcurrentQueue<Activity> stopped = new();
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "Foolscap.Tubs",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await connect().WithinLimit();

        // Other tests may connect at the same time.
        return stopped.Single(activity => activity.TraceId == root.TraceId);
    }
}
