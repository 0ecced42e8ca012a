using System.Net;
using System.Net.Http.Headers;
using Foolscap.Relay.AspNetCore.Tests.Support;
using Foolscap.Relay.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Foolscap.Relay.AspNetCore.Tests.Web;

internal sealed class AccessTests
{
    private static readonly string[] GuardedPaths = ["status.json", "metrics", "events", "session"];

    private AdminHost _open = null!;
    private AdminHost _closed = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _open = await AdminHost.StartAsync();
        _closed = await AdminHost.StartAsync(options => options.Token = AdminHost.Token);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _open.DisposeAsync();
        await _closed.DisposeAsync();
    }

    [TestCaseSource(nameof(GuardedPaths))]
    public async Task Token_Missing_IsUnauthorized(string path)
    {
        using HttpClient client = _closed.CreateClient();
        using HttpResponseMessage answer = await client.GetAsync(path);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(answer.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Bearer"));
    }

    [Test]
    public async Task Token_Right_IsLetIn()
    {
        using HttpClient client = _closed.CreateClient(AdminHost.Token);

        StatusReport report = StatusReport.Parse(await client.GetByteArrayAsync("status.json"));

        Assert.That(report.Relay!.TubId, Is.EqualTo(_closed.Relay.Tub.TubId.ToString()));
    }

    [Test]
    public async Task Token_WrongTooOften_MustWait()
    {
        await using AdminHost host = await AdminHost.StartAsync(options => options.Token = AdminHost.Token);
        using HttpClient wrong = host.CreateClient("not-the-token-at-all");
        for (int attempt = 0; attempt < 10; attempt++)
        {
            using HttpResponseMessage answer = await wrong.GetAsync("metrics");
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        }

        using HttpClient right = host.CreateClient(AdminHost.Token);
        using HttpResponseMessage refused = await right.GetAsync("metrics");

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(refused.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromMinutes(1)));
    }

    [Test]
    public async Task Login_RightToken_GivesACookieThatLetsIn()
    {
        using HttpClient client = _closed.CreateClient();
        using HttpResponseMessage page = await client.GetAsync("");
        Assert.That(page.Headers.Location!.ToString(), Is.EqualTo("login"));

        using FormUrlEncodedContent form = new([new("token", AdminHost.Token)]);
        using HttpResponseMessage answer = await client.PostAsync("login", form);
        string cookie = answer.Headers.GetValues("Set-Cookie").Single();

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.SeeOther));
        Assert.That(cookie, Does.Contain("httponly").And.Contain("samesite=strict").And.Not.Contain(AdminHost.Token));
        client.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        Assert.That(await client.GetStringAsync(""), Does.Contain("<title>Foolscap relay</title>"));
    }

    [Test]
    public async Task Login_CookieWithALaterTime_IsNotGenuine()
    {
        using HttpClient client = _closed.CreateClient();
        using FormUrlEncodedContent form = new([new("token", AdminHost.Token)]);
        using HttpResponseMessage answer = await client.PostAsync("login", form);
        string[] parts = answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0].Split('=', 2);
        client.DefaultRequestHeaders.Add("Cookie", $"{parts[0]}=9{parts[1]}");

        using HttpResponseMessage refused = await client.GetAsync("metrics");

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [TestCase("cross-site")]
    [TestCase("same-site", Description = "A page of another port.")]
    public async Task Login_ByAnotherSitesPage_CountsNoWrongToken(string site)
    {
        await using AdminHost host = await AdminHost.StartAsync(options => options.Token = AdminHost.Token);
        using HttpClient reader = host.CreateClient();
        reader.DefaultRequestHeaders.Add("Sec-Fetch-Site", site);
        reader.DefaultRequestHeaders.Add("Sec-Fetch-Mode", "navigate");
        for (int attempt = 0; attempt < 20; attempt++)
        {
            using FormUrlEncodedContent form = new([new("token", $"wrong-{attempt}")]);
            using HttpResponseMessage posted = await reader.PostAsync("login", form);
            Assert.That(posted.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
            using HttpResponseMessage followed = await reader.GetAsync($"?token=wrong-{attempt}");
            Assert.That(followed.Headers.Location!.ToString(), Is.EqualTo("login"), "A link leads to the form, and is no log-in.");
        }

        using HttpClient program = host.CreateClient();
        program.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminHost.Token);
        using HttpResponseMessage answer = await program.GetAsync("metrics");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("evil.example", HttpStatusCode.Forbidden)]
    [TestCase("127.0.0.1.evil.example", HttpStatusCode.Forbidden)]
    [TestCase("192.0.2.1:7001", HttpStatusCode.Forbidden)]
    [TestCase("localhost:7001", HttpStatusCode.OK)]
    [TestCase("LOCALHOST", HttpStatusCode.OK)]
    [TestCase("127.0.0.1", HttpStatusCode.OK)]
    [TestCase("[::1]:7001", HttpStatusCode.OK)]
    public async Task HostHeader_WithoutToken_MustNameThisMachine(string name, HttpStatusCode expected)
    {
        using HttpClient client = _open.CreateClient();
        using HttpRequestMessage request = new(HttpMethod.Get, "status.json");
        request.Headers.Host = name;
        using HttpResponseMessage answer = await client.SendAsync(request);

        Assert.That(answer.StatusCode, Is.EqualTo(expected));
    }

    [TestCase("X-Forwarded-For", "192.0.2.1")]
    [TestCase("Forwarded", "for=192.0.2.1")]
    [TestCase("Via", "1.1 proxy")]
    public async Task Request_ThatAProxyPassesOn_IsForbiddenWithoutToken(string header, string value)
    {
        using HttpClient client = _open.CreateClient();
        client.DefaultRequestHeaders.Add(header, value);
        using HttpResponseMessage answer = await client.GetAsync("status.json");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain($"a proxy passes this request on ({header})"));
    }

    [Test]
    public async Task Login_AtTwoRelaysOfOneHost_GivesCookiesThatDoNotPushEachOtherOut()
    {
        await using AdminHost other = await AdminHost.StartAsync(options => options.Token = $"another-{AdminHost.Token}");
        List<string> cookies = [];
        foreach ((AdminHost host, string token) in new[] { (_closed, AdminHost.Token), (other, $"another-{AdminHost.Token}") })
        {
            using HttpClient client = host.CreateClient();
            using FormUrlEncodedContent form = new([new("token", token)]);
            using HttpResponseMessage answer = await client.PostAsync("login", form);
            cookies.Add(answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        }

        Assert.That(cookies.Select(cookie => cookie.Split('=')[0]), Is.Unique);
        using HttpClient browser = _closed.CreateClient();
        browser.DefaultRequestHeaders.Add("Cookie", string.Join("; ", cookies));
        Assert.That(await browser.GetStringAsync("metrics"), Is.Not.Empty);
    }

    [TestCase("multipart/form-data", "x")]
    [TestCase("multipart/form-data; boundary=b", "--b\r\nno header")]
    [TestCase("text/plain", "token=x")]
    public async Task Login_WithWhatIsNoForm_IsABadRequest(string type, string body)
    {
        using HttpClient client = _closed.CreateClient();
        using StringContent content = new(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using HttpResponseMessage answer = await client.PostAsync("login", content);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [TestCase("cross-site")]
    [TestCase("same-site")]
    public async Task Request_OfAnotherSitesPage_IsForbidden(string site)
    {
        using HttpClient client = _open.CreateClient();
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", site);
        client.DefaultRequestHeaders.Add("Sec-Fetch-Mode", "no-cors");
        using HttpResponseMessage answer = await client.GetAsync("events");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [TestCase("")]
    [TestCase("status.json")]
    [TestCase("assets/app.js")]
    [TestCase("health/live")]
    public async Task Answer_OfAnyKind_HasTheHeadersThatGuardIt(string path)
    {
        using HttpClient client = _open.CreateClient();
        using HttpResponseMessage answer = await client.GetAsync(path);

        Assert.That(answer.IsSuccessStatusCode);
        Assert.That(answer.Headers.GetValues("Content-Security-Policy").Single(), Does.StartWith("default-src 'none'").And.Not.Contain("unsafe"));
        Assert.That(answer.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"));
        Assert.That(answer.Headers.CacheControl!.NoStore);
    }

    [TestCase("")]
    [TestCase("status.json")]
    [TestCase("metrics")]
    [TestCase("health/ready")]
    public async Task Answer_OfAnyKind_DoesNotTellTheRegistrarsSecret(string path)
    {
        using HttpClient client = _open.CreateClient();
        using HttpResponseMessage answer = await client.GetAsync(path); // It may not be ready yet.

        Assert.That(await answer.Content.ReadAsStringAsync(), Is.Not.Empty.And.Not.Contain(_open.Relay.RegistrarFurl.Name));
    }

    [Test]
    public void Start_OpenAddressWithoutToken_NamesTheKey()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection([
            new("Admin:Listen", "0.0.0.0:7001"),
            new("Admin:MaxViewers", "0"),
            new("Admin:Tokn", "x")]).Build();
        using ServiceProvider services = new ServiceCollection().AddFoolscapRelayAdmin(configuration.GetSection("Admin")).BuildServiceProvider();

        string[] faults = [.. Assert.Throws<OptionsValidationException>(() => _ = services.GetRequiredService<IOptions<RelayAdminOptions>>().Value).Failures];

        Assert.That(faults, Has.Length.EqualTo(3));
        Assert.That(faults, Has.Some.StartsWith("Admin:Token is missing, and others than this machine could look at 0.0.0.0:7001"));
        Assert.That(faults, Has.Some.StartsWith("Admin:MaxViewers = \"0\""));
        Assert.That(faults, Has.Some.StartsWith("Admin:Tokn is no key that is known here. Did you mean Token?"));
    }

    [Test]
    public async Task Start_OnAnAddressOfAnotherMachine_NamesItAndTheKey()
    {
        RelayServiceException? exception = await Assert.ThrowsAsync<RelayServiceException>(() => AdminHost.StartAsync(options =>
        {
            options.Listen[0] = "192.0.2.1:7001";
            options.Token = AdminHost.Token;
        }));

        Assert.That(exception!.Message, Does.StartWith("The admin endpoint cannot listen on 192.0.2.1:7001 (Admin:Listen): "));
    }

    [Test]
    public void FindFaults_TokenThatIsTooShort_IsNotShown()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Admin:Token", "hunter2")]).Build();

        Assert.That(RelayAdminConfiguration.FindFaults(configuration.GetSection("Admin")).Single().ToString(),
            Does.StartWith("Admin:Token has 7 characters").And.Not.Contain("hunter2"));
    }
}
