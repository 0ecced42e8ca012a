using System.Net;
using System.Text;
using Foolscap.Relay.AspNetCore.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Foolscap.Relay.AspNetCore.Tests.Web;

internal sealed class EndpointTests
{
    private AdminHost _host = null!;
    private AttachedTub _tub = null!;
    private HttpClient _client = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = await AdminHost.StartAsync();
        _tub = await _host.AttachAsync(TestCertificates.Low);
        _client = _host.CreateClient();
        using (RemoteReference reference = await _tub.CallAsync())
        {
            await reference.CallAsync("put", [new byte[100_000]]).WaitAsync(AdminHost.Deadline);
        }

        // From here on nothing moves: all is counted, and the relay has reached itself.
        await _tub.StopCallerAsync();
        await UntilAsync(() => Task.FromResult(_host.Relay.Server.Statistics.ActiveStreams == 0));
        await UntilAsync(async () => (await _client.GetAsync("health/ready")).IsSuccessStatusCode);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _client.Dispose();
        await _tub.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Test]
    public async Task Metrics_OfARelayAtWork_AreRightAndPrivate()
    {
        using HttpResponseMessage answer = await _client.GetAsync("metrics");
        string text = await answer.Content.ReadAsStringAsync();
        PrometheusText metrics = PrometheusText.Parse(text);

        Assert.That(answer.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/plain; version=0.0.4; charset=utf-8"));
        Assert.That(metrics.Samples["foolscap_relay_tubs_registered"], Is.EqualTo(1));
        Assert.That(metrics.Samples["foolscap_relay_io_bytes_total{network_io_direction=\"to_tub\"}"], Is.GreaterThan(100_000));
        Assert.That(metrics.Samples, Contains.Key("process_cpu_seconds_total"));
        Assert.That(metrics.Samples.Keys, Has.Some.StartsWith("dotnet_gc_collections_total"));
        Assert.That(text, Does.Not.Contain(_tub.TubId).And.Not.Contain("127.0.0.1"));
    }

    [Test]
    public async Task Status_OfARelayAtWork_TellsItAll()
    {
        using HttpResponseMessage answer = await _client.GetAsync("status.json");
        StatusReport report = StatusReport.Parse(await answer.Content.ReadAsByteArrayAsync());
        RelayReport relay = report.Relay!;

        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/json"));
        Assert.That(report.Client, Is.Null);
        Assert.That(relay.State, Is.EqualTo("running"));
        Assert.That(relay.Hints, Is.EqualTo(_host.Relay.Tub.Hints.Select(hint => hint.ToString())));
        Assert.That(relay.BytesToTubs, Is.GreaterThan(100_000));
        TubReport tub = relay.Tubs.Items.Single();
        Assert.That((tub.TubId, tub.BytesToTub), Is.EqualTo((_tub.TubId, relay.BytesToTubs)));
        Assert.That(relay.Limits.Single(limit => limit.Name == "MaxRegisteredTubs"), Is.EqualTo(new LimitReport("MaxRegisteredTubs", "", 1, 10_000, false)));
        Assert.That(relay.Limits.Single(limit => limit.Name == "MaxRegisteredTubsPerAddress").Used, Is.EqualTo(1));
        Assert.That(relay.Events.Select(item => item.Kind), Does.Contain("tub_registered").And.Contain("stream_started"));
    }

    [TestCase("filter=nothing-like-this", 0)]
    [TestCase("filter=127.0.0.1&sort=tubid&order=asc", 1)]
    [TestCase("offset=1", 0)]
    public async Task Status_WithAQuery_HasThatPart(string query, int expected)
    {
        StatusReport report = StatusReport.Parse(await _client.GetByteArrayAsync($"status.json?{query}"));

        Assert.That(report.Relay!.Tubs.Items, Has.Count.EqualTo(expected));
        Assert.That(report.Relay.Tubs.Total, Is.EqualTo(1));
    }

    [Test]
    public async Task Status_WithABadQuery_NamesAllThatIsWrong()
    {
        using HttpResponseMessage answer = await _client.GetAsync("status.json?limit=100000&order=up&sort=rate,tubid");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("limit must be a number of 0 to 1000").And.Contain("order").And.Contain("sort"));
    }

    [Test]
    public void Parse_ReportOfALaterSchema_SaysSo()
    {
        byte[] json = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(_host.Admin.GetStatus().ToUtf8Json()).Replace("\"schema\":1", "\"schema\":2", StringComparison.Ordinal));

        Assert.That(() => StatusReport.Parse(json), Throws.InstanceOf<System.Text.Json.JsonException>().With.Message.Contains("schema 2"));
    }

    [TestCase("health/live")]
    [TestCase("health/ready")]
    public async Task Health_OfARelayAtWork_IsHealthy(string path)
    {
        string text = await _client.GetStringAsync(path);

        Assert.That(text, Does.StartWith("Healthy\n").And.Contain($"foolscap_relay_{path.Split('/')[1]}: Healthy"));
    }

    [TestCase("")]
    [TestCase("metrics")]
    [TestCase("health/live")]
    [TestCase("health/ready")]
    public async Task Head_OfWhatIsWatched_IsAnsweredAsGetWithoutABody(string path)
    {
        using HttpRequestMessage request = new(HttpMethod.Head, path);
        using HttpResponseMessage answer = await _client.SendAsync(request);
        using HttpResponseMessage full = await _client.GetAsync(path);

        Assert.That((answer.StatusCode, answer.Content.Headers.ContentType), Is.EqualTo((full.StatusCode, full.Content.Headers.ContentType)));
        Assert.That(await answer.Content.ReadAsStringAsync(), Is.Empty);
    }

    [Test]
    public async Task Health_WithoutTheToken_IsOneWord()
    {
        await using AdminHost host = await AdminHost.StartAsync(options => options.Token = AdminHost.Token);
        using HttpClient client = host.CreateClient();

        Assert.That(await client.GetStringAsync("health/live"), Is.EqualTo("Healthy\n"));
        using HttpRequestMessage head = new(HttpMethod.Head, "health/live");
        using HttpResponseMessage answer = await client.SendAsync(head);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), "Monitors ask for the head alone.");
    }

    [Test]
    public async Task Events_MorePagesThanAllowed_AreRefused()
    {
        await using AdminHost host = await AdminHost.StartAsync(options => options.MaxViewers = 1);
        using HttpClient client = host.CreateClient();
        using HttpResponseMessage first = await client.GetAsync("events", HttpCompletionOption.ResponseHeadersRead);
        using StreamReader reader = new(await first.Content.ReadAsStreamAsync());
        Assert.That(await reader.ReadLineAsync(), Is.EqualTo("retry: 2000"));

        using HttpResponseMessage second = await client.GetAsync("events", HttpCompletionOption.ResponseHeadersRead);

        Assert.That(second.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
    }

    [Test]
    public void Add_ForAnotherName_SaysThatAHostHasOne()
    {
        IConfiguration section = new ConfigurationBuilder().AddInMemoryCollection([new("Admin:MaxViewers", "7")]).Build().GetSection("Admin");
        IServiceCollection services = new ServiceCollection().AddFoolscapRelayAdmin("inside", section).AddFoolscapRelayAdmin("inside");

        Assert.That(
            () => services.AddFoolscapRelayAdmin(section),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "The host's admin endpoint shows what was added as \"inside\", and cannot show what was added without a name as well: a host has one."));
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.That(provider.GetRequiredService<IOptions<RelayAdminOptions>>().Value.MaxViewers, Is.EqualTo(7));
    }

    [Test]
    public async Task Map_IntoAWebApplication_ServesUnderItsPath()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddFoolscapRelayAdmin(options => options.Listen.Clear());
        await using WebApplication application = builder.Build();
        application.MapFoolscapRelayAdmin("/relay");
        await application.StartAsync();
        using HttpClient client = new() { BaseAddress = new Uri($"{application.Urls.Single()}/relay/") };

        Assert.That(await client.GetStringAsync(""), Does.Contain("assets/app.js"));
        Assert.That(await client.GetStringAsync("assets/app.js"), Does.Contain("import"));
        Assert.That(StatusReport.Parse(await client.GetByteArrayAsync("status.json")).Relay, Is.Null);
        using HttpResponseMessage moved = await client.GetAsync("../relay");
        Assert.That(moved.RequestMessage!.RequestUri!.AbsolutePath, Is.EqualTo("/relay/"));
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using CancellationTokenSource deadline = new(AdminHost.Deadline);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(50));
        while (!await isSo())
        {
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }
}
