using Foolscap.Furls;
using Foolscap.Relay.AspNetCore.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;
using Microsoft.Extensions.DependencyInjection;

namespace Foolscap.Relay.AspNetCore.Tests.Web;

/// <summary>The admin endpoint of a relay client, and of a host with several relays.</summary>
internal sealed class ClientEndpointTests
{
    private static readonly Furl Away = Furl.Parse($"pb://{TestCertificates.High.TubId}@tcp:127.0.0.1:9/away");

    private AdminHost _relay = null!;
    private AdminHost _client = null!;
    private HttpClient _http = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _relay = await AdminHost.StartAsync();
        _client = await AdminHost.StartClientAsync(TestCertificates.Low, _relay.Relay.RegistrarFurl, Away);
        _http = _client.CreateClient();
        await _client.Client.WaitUntilRegisteredAsync().WaitAsync(AdminHost.Deadline);
        await using Tub caller = new(TestCertificates.Mid);
        using RemoteReference reference = await caller.GetReferenceAsync(new Furl(_client.Client.Tub.TubId, _client.Client.Tub.Hints, "put")).WaitAsync(AdminHost.Deadline);
        await reference.CallAsync("put", [new byte[100_000]]).WaitAsync(AdminHost.Deadline);
        await reference.CallAsync("put", [new byte[1]]).WaitAsync(AdminHost.Deadline); // Behind it, all of the first is counted.
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _http.Dispose();
        await _client.DisposeAsync();
        await _relay.DisposeAsync();
    }

    [Test]
    public async Task Status_OfAClientAtWork_TellsItAll()
    {
        StatusReport report = StatusReport.Parse(await _http.GetByteArrayAsync("status.json"));
        ClientReport client = report.Client!;

        Assert.That(report.Relay, Is.Null);
        Assert.That((client.TubId, client.Target), Is.EqualTo((TestCertificates.Low.TubId.ToString(), (string?)null)), "Its Tub is in this process.");
        Assert.That((client.TotalStreams, client.RefusedStreams), Is.EqualTo((1, 0)));
        Assert.That(client.BytesToTub, Is.GreaterThan(100_000));
        Assert.That(client.BytesFromTub, Is.Positive);
        Assert.That(client.Relays, Has.Count.EqualTo(2));
        AttachmentReport first = client.Relays[0];
        Assert.That((first.Relay, first.State, first.Registrations, first.Reason), Is.EqualTo((_relay.Relay.Tub.TubId.ToString(), "registered", 1, (string?)null)));
        Assert.That(first.Hints, Is.EqualTo(_relay.Relay.Tub.Hints.Select(hint => hint.ToString())));
        Assert.That(first.Since, Is.EqualTo(report.Time).Within(AdminHost.Deadline));
        AttachmentReport second = client.Relays[1];
        Assert.That((second.Relay, second.Registrations), Is.EqualTo((TestCertificates.High.TubId.ToString(), 0)));
        Assert.That(second.State, Is.EqualTo("connecting").Or.EqualTo("waiting"));
        Assert.That(client.Events.Select(item => (item.Kind, item.TubId)), Does.Contain(("relay_registered", first.Relay)));
    }

    [Test]
    public async Task Metrics_OfAClientAtWork_AreRightAndPrivate()
    {
        string text = await _http.GetStringAsync("metrics");
        PrometheusText metrics = PrometheusText.Parse(text);

        Assert.That(metrics.Samples["foolscap_relay_client_io_bytes_total{network_io_direction=\"to_tub\"}"], Is.GreaterThan(100_000));
        Assert.That(metrics.Samples.Where(pair => pair.Key.StartsWith("foolscap_relay_client_streams_total", StringComparison.Ordinal)).Sum(pair => pair.Value), Is.EqualTo(1));
        Assert.That(metrics.Samples.Keys, Has.None.StartsWith("foolscap_relay_tubs"), "The relay of this process is another host's.");
        foreach (string secret in new[] { TestCertificates.Low.TubId.ToString(), _relay.Relay.Tub.TubId.ToString(), "127.0.0.1" })
        {
            Assert.That(text, Does.Not.Contain(secret));
        }
    }

    [Test]
    public async Task Health_OfAClientWithOneOfTwoRelays_IsDegraded()
    {
        string text = await _http.GetStringAsync("health/ready");

        Assert.That(text, Does.StartWith("Degraded\n").And.Contain($"the Tub is registered with 1 of 2 relays; relay {TestCertificates.High.TubId}: "));
    }

    [Test]
    public async Task Metrics_OfTwoRelays_AreToldApartByTheirNames()
    {
        await using AdminHost host = await AdminHost.StartAsync((services, folder) =>
        {
            services.AddFoolscapRelayServer("inside", options => AdminHost.Fill(options, Path.Combine(folder, "1")));
            services.AddFoolscapRelayServer("outside", options => AdminHost.Fill(options, Path.Combine(folder, "2")));
        });
        Furl registrar = host.Services.GetRequiredKeyedService<Hosting.IFoolscapRelay>("outside").RegistrarFurl;
        await using AttachedTub tub = await AttachedTub.StartAsync(registrar, TestCertificates.High);
        using HttpClient http = host.CreateClient();

        PrometheusText metrics = PrometheusText.Parse(await http.GetStringAsync("metrics"));

        Assert.That(metrics.Samples["foolscap_relay_tubs_registered{foolscap_relay_name=\"inside\"}"], Is.Zero);
        Assert.That(metrics.Samples["foolscap_relay_tubs_registered{foolscap_relay_name=\"outside\"}"], Is.EqualTo(1));
    }
}
