using System.Threading.Channels;
using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.Relay.Hosting.Tests.Support;
using Foolscap.Relay.Server;
using Foolscap.TestUtilities;
using Foolscap.Tubs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Foolscap.Relay.Hosting.Tests;

/// <summary>A relay in one host, a Tub in another, and a caller.</summary>
[NonParallelizable]
internal sealed class EndToEndTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Clean() => _folder.Dispose();

    [Test]
    public async Task Caller_ReachesTheTubOfAnotherHost_AndTheRelayTellsOfIt()
    {
        List<RelayEvent> events = [];
        await using TestHost relay = await TestHost.StartRelayAsync(_folder.RelayFolder());
        relay.Relay.EventOccurred += what =>
        {
            lock (events)
            {
                events.Add(what);
            }
        };
        await using TestHost tub = await Greeter.StartAsync(_folder["tub.pem"], relay.Relay.RegistrarFurl);
        Furl furl = await Greeter.GetFurlAsync(tub);
        await using Tub caller = new(TestCertificates.Mid);

        using RemoteReference greeter = await Greeter.CallAsync(caller, furl);

        Assert.That(furl.Hints, Is.EqualTo(relay.Relay.Tub.Hints));
        lock (events)
        {
            Assert.That(events.OfType<TubRegistered>().Single().TubId, Is.EqualTo(furl.TubId));
            Assert.That(events.OfType<StreamStarted>().Single().TubId, Is.EqualTo(furl.TubId));
        }

        Assert.That(tub.Logs.Records.Select(record => record.Message), Has.None.Contains(relay.Relay.RegistrarFurl.Name), "The FURL is a secret.");
    }

    [Test]
    public async Task Tub_OfTheHost_ListensNowhere_AndSeesItsCallersAddresses()
    {
        await using TestHost relay = await TestHost.StartRelayAsync(_folder.RelayFolder());
        await using TestHost tub = await Greeter.StartAsync(_folder["tub.pem"], relay.Relay.RegistrarFurl);
        await using Tub caller = new(TestCertificates.Mid);

        using RemoteReference greeter = await Greeter.CallAsync(caller, await Greeter.GetFurlAsync(tub));

        Assert.That(tub.Client.Target, Is.Null);
        Assert.That(
            await greeter.CallAsync<string>("address").WaitAsync(TestHost.Deadline), Is.EqualTo($"{relay.Relay.Server.GetConnections().Single().Peer} (forwarded)"));
    }

    [Test]
    public async Task Stop_WhileAStreamIsRelayed_WaitsForItsEnd_AndTakesNoNewOne()
    {
        TestHost relay = await TestHost.StartRelayAsync(_folder.RelayFolder(), options => options.Drain = TimeSpan.FromMinutes(5));
        await using TestHost tub = await Greeter.StartAsync(_folder["tub.pem"], relay.Relay.RegistrarFurl);
        Furl furl = await Greeter.GetFurlAsync(tub);
        await using Tub caller = new(TestCertificates.Mid);
        using RemoteReference greeter = await Greeter.CallAsync(caller, furl);

        Task stopping = relay.Host.StopAsync();
        await Waiting.UntilAsync(() => tub.Client.Statuses.Single().State == RelayState.Draining, "the client is told of the drain");

        await using Tub late = new(TestCertificates.Made);
        Assert.That(() => late.GetReferenceAsync(furl).WaitAsync(TestHost.Deadline), Throws.InstanceOf<NegotiationException>());
        Assert.That(await greeter.CallAsync<string>("greet", ["B"]).WaitAsync(TestHost.Deadline), Is.EqualTo("Hello, B!"));
        Assert.That((relay.Relay.IsDraining, stopping.IsCompleted), Is.EqualTo((true, false)));

        await caller.DisposeAsync();
        await stopping.WaitAsync(TestHost.Deadline);

        Assert.That(relay.Relay.IsRunning, Is.False);
        relay.Host.Dispose();
    }

    [Test]
    public async Task StatusChanged_OfAClient_TellsEachStateOnce()
    {
        TestHost relay = await TestHost.StartRelayAsync(_folder.RelayFolder(), options => options.Drain = TimeSpan.FromMinutes(5));
        await using TestHost tub = await Greeter.StartAsync(_folder["tub.pem"], relay.Relay.RegistrarFurl);
        Furl furl = await Greeter.GetFurlAsync(tub);
        Channel<RelayStatus> told = Channel.CreateUnbounded<RelayStatus>();
        tub.Client.StatusChanged += status => told.Writer.TryWrite(status);

        // While its stream is relayed, the relay cannot be gone before it has told that it will be.
        await using Tub caller = new(TestCertificates.Mid);
        using RemoteReference greeter = await Greeter.CallAsync(caller, furl);
        Task stopping = relay.Host.StopAsync();
        RelayStatus first = await NextAsync();
        if (first.State == RelayState.Registered)
        {
            first = await NextAsync(); // The registration may be told of after it is there.
        }

        Assert.That((first.Relay, first.State), Is.EqualTo((tub.Client.Statuses.Single().Relay, RelayState.Draining)));
        await caller.DisposeAsync();
        await stopping.WaitAsync(TestHost.Deadline);
        RelayStatus next = await NextAsync();
        Assert.That(next.State, Is.EqualTo(RelayState.Waiting));
        Assert.That(next.RetryIn, Is.GreaterThan(TimeSpan.Zero));
        relay.Host.Dispose();

        Task<RelayStatus> NextAsync() => told.Reader.ReadAsync().AsTask().WaitAsync(TestHost.Deadline);
    }

    [Test]
    public async Task Stop_WithoutADrain_AbortsWhatIsRelayed()
    {
        TestHost relay = await TestHost.StartRelayAsync(_folder.RelayFolder(), options => options.Drain = TimeSpan.Zero);
        await using TestHost tub = await Greeter.StartAsync(_folder["tub.pem"], relay.Relay.RegistrarFurl);
        await using Tub caller = new(TestCertificates.Mid);
        using RemoteReference greeter = await Greeter.CallAsync(caller, await Greeter.GetFurlAsync(tub));

        await relay.DisposeAsync();

        await greeter.Connection.Ended.WaitAsync(TestHost.Deadline);
        await relay.Logs.WaitForAsync(record => record.Message.Contains("has stopped; connections that were aborted: 1.", StringComparison.Ordinal));
    }

    [Test]
    public async Task Health_OfRelayAndClient_FollowsThem()
    {
        FakeTimeProvider clock = new();
        await using TestHost relay = await TestHost.StartAsync(services =>
        {
            services.AddSingleton<TimeProvider>(clock);
            services.AddFoolscapRelayServer(options =>
            {
                options.Folder = _folder.RelayFolder();
                options.Listen.Add("127.0.0.1:0");
            });
            services.AddHealthChecks().AddFoolscapRelay();
        });
        await Waiting.UntilAsync(() => relay.Relay.LastSelfProbe is not null, "the relay has connected to itself");
        Assert.That(relay.Relay.LastSelfProbe!.Failure, Is.Null);
        Assert.That(await HealthAsync(relay), Is.EqualTo((HealthStatus.Healthy, HealthStatus.Healthy)));

        // Nobody listens any more, and the next probe finds it out.
        await relay.Relay.Listener.DisposeAsync();
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(30));
        clock.Advance(TimeSpan.FromSeconds(30));
        await Waiting.UntilAsync(() => relay.Relay.LastSelfProbe!.Failure is not null, "the relay has found out that nobody listens");

        Assert.That(await HealthAsync(relay), Is.EqualTo((HealthStatus.Healthy, HealthStatus.Unhealthy)));
    }

    [Test]
    public async Task Health_OfAClient_IsReadyWithOneOfItsRelays()
    {
        await using TestHost relay = await TestHost.StartRelayAsync(_folder.RelayFolder());
        TestCertificates.Low.Save(_folder["tub.pem"]);
        Furl away = Furl.Parse($"pb://{TestCertificates.Mid.TubId}@tcp:127.0.0.1:9/away");
        await using TestHost tub = await TestHost.StartAsync(services =>
        {
            services.AddFoolscapRelayClient(options =>
            {
                options.TubPem = _folder["tub.pem"];
                options.Relays.Add(relay.Relay.RegistrarFurl.ToString());
                options.Relays.Add(away.ToString());
            });
            services.AddHealthChecks().AddFoolscapRelayClient();
        });
        await tub.Client.WaitUntilRegisteredAsync().WaitAsync(TestHost.Deadline);

        Assert.That(await HealthAsync(tub), Is.EqualTo((HealthStatus.Healthy, HealthStatus.Degraded)));

        await relay.DisposeAsync();
        await Waiting.UntilAsync(() => tub.Client.Statuses.All(status => status.State != RelayState.Registered && status.State != RelayState.Draining), "the relay is lost");

        Assert.That(await HealthAsync(tub), Is.EqualTo((HealthStatus.Healthy, HealthStatus.Unhealthy)));
    }

    private static async Task<(HealthStatus Live, HealthStatus Ready)> HealthAsync(TestHost host)
    {
        HealthCheckService service = host.Host.Services.GetRequiredService<HealthCheckService>();
        HealthReport live = await service.CheckHealthAsync(check => check.Tags.Contains("live"));
        HealthReport ready = await service.CheckHealthAsync(check => check.Tags.Contains("ready"));
        Assert.That((live.Entries.Count, ready.Entries.Count), Is.EqualTo((1, 1)));
        return (live.Status, ready.Status);
    }
}
