using System.Globalization;
using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tool.Tests.Running;

/// <summary>What a relay sends to a collector.</summary>
internal sealed class OtlpTests
{
    private OtlpCollector _collector = null!;
    private TestFolder _folder = null!;
    private RunningRelay _relay = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _collector = await OtlpCollector.StartAsync();
        _folder = new TestFolder();
        _relay = await StartRelayAsync(_collector, _folder["relay"], milliseconds: 200);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _relay.DisposeAsync();
        await _collector.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Export_OfARelayAtWork_ReachesTheCollector_AndNamesNobody()
    {
        await using Tub tub = new(TestCertificates.Low);
        await using TubListener listener = new(tub);
        await using RelayClient client = RelayClient.Start(tub, [_relay.Registrar], listener);
        await client.WaitUntilRegisteredAsync(1).WaitAsync(ToolProcess.Limit);
        tub.Hints = client.Hints;
        Furl furl = tub.Register(new Referenceable().On("greet", _ => "Hello!"));
        await using (Tub caller = new(TestCertificates.Mid))
        {
            using RemoteReference reference = await caller.GetReferenceAsync(furl).WaitAsync(ToolProcess.Limit);
            await reference.CallAsync("greet").WaitAsync(ToolProcess.Limit);
        }

        // The stream is the last to end, and its histogram follows.
        List<OtlpRequest> requests = [.. await _collector.ReadUntilAsync(request => request.Path == "/v1/metrics" && request.Body.Contains("foolscap.relay.stream.duration", StringComparison.Ordinal))];
        if (!requests.Exists(IsOfAStream))
        {
            requests.AddRange(await _collector.ReadUntilAsync(IsOfAStream));
        }

        Assert.That(requests.Select(request => request.ContentType), Is.All.EqualTo("application/x-protobuf"));
        Assert.That(requests.Where(request => request.Path == "/v1/metrics").Select(request => request.Body), Has.Some.Contains("foolscap.relay.tubs.registered"));
        Assert.That(requests[0].Body, Does.Contain("service.name").And.Contain("foolscap-relay"));
        foreach (string secret in new[] { tub.TubId.ToString(), TestCertificates.Mid.TubId.ToString(), _relay.Registrar.TubId.ToString(), _relay.Registrar.Name, "127.0.0.1" })
        {
            Assert.That(requests.Select(request => request.Body), Has.None.Contains(secret));
        }
    }

    [Test]
    public async Task Export_RelayEndsBeforeItsNextExport_SendsTheLastCounts()
    {
        await using OtlpCollector collector = await OtlpCollector.StartAsync();
        await using RunningRelay relay = await StartRelayAsync(collector, _folder["another"], milliseconds: 3_600_000);

        Assert.That((await relay.Process.TerminateAsync()).ExitCode, Is.Zero);

        await collector.ReadUntilAsync(request => request.Path == "/v1/metrics" && request.Body.Contains("foolscap.relay.tubs.registered", StringComparison.Ordinal));
    }

    private static Task<RunningRelay> StartRelayAsync(OtlpCollector collector, string folder, int milliseconds)
    {
        string interval = milliseconds.ToString(CultureInfo.InvariantCulture);
        Dictionary<string, string> environment = new()
        {
            ["FOOLSCAP_RELAY_OTLP__ENDPOINT"] = collector.Address,
            ["FOOLSCAP_RELAY_OTLP__PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = interval,
            ["OTEL_BSP_SCHEDULE_DELAY"] = interval,
        };
        return RunningRelay.StartWithAsync(environment, ["--folder", folder, "--listen", "127.0.0.1:0", "--admin", "off"]);
    }

    private static bool IsOfAStream(OtlpRequest request) => request.Path == "/v1/traces" && request.Body.Contains("Foolscap.Relay.Server", StringComparison.Ordinal);
}
