using Foolscap.Relay.Hosting.Services;
using Foolscap.Relay.Hosting.Tests.Support;
using Foolscap.TestUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace Foolscap.Relay.Hosting.Tests;

/// <summary>When what sends telemetry is asked for the last time.</summary>
internal sealed class TelemetryFlushTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Clean() => _folder.Dispose();

    [Test]
    public async Task Stop_ARelayAndItsClient_AreAskedForWhileTheirCountsAreThere()
    {
        await using TestHost relay = await TestHost.StartRelayAsync(_folder.RelayFolder());
        Flush flush = new();
        TestCertificates.Low.Save(_folder["tub.pem"]);
        await using TestHost client = await TestHost.StartAsync(services =>
        {
            services.AddSingleton<ITelemetryFlush>(flush);
            services.AddFoolscapRelayClient(options =>
            {
                options.TubPem = _folder["tub.pem"];
                options.Relays.Add(relay.Relay.RegistrarFurl.ToString());
            });
        });
        await client.Client.WaitUntilRegisteredAsync().WaitAsync(TestHost.Deadline);
        flush.OnAsked = () => relay.Relay.Server.Statistics.RegisteredTubs;

        await client.Host.StopAsync().WaitAsync(TestHost.Deadline);

        Assert.That(flush.Seen, Is.EqualTo(new[] { 1 }), "registered still");
    }

    [Test]
    public async Task Stop_ARelayInAHurry_IsNotHeldUp()
    {
        Flush flush = new();
        await using TestHost host = await TestHost.StartAsync(services =>
        {
            services.AddSingleton<ITelemetryFlush>(flush);
            services.AddFoolscapRelayServer(options =>
            {
                options.Folder = _folder.RelayFolder();
                options.Listen.Add("127.0.0.1:0");
            });
        });

        await host.Host.StopAsync(new CancellationToken(canceled: true)).WaitAsync(TestHost.Deadline);

        Assert.That(flush.Seen, Is.Empty);
    }

    /// <summary>Notes what there is to be seen when it is asked.</summary>
    private sealed class Flush : ITelemetryFlush
    {
        public List<int> Seen { get; } = [];

        public Func<int> OnAsked { get; set; } = () => 0;

        public Task FlushAsync()
        {
            Seen.Add(OnAsked());
            return Task.CompletedTask;
        }
    }
}
