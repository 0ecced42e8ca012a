using Foolscap.Furls;
using Foolscap.Relay.AspNetCore.Status;
using Foolscap.Relay.AspNetCore.Tests.Support;
using Foolscap.Relay.Server;
using Foolscap.TestUtilities;
using Foolscap.Tubs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Foolscap.Relay.AspNetCore.Tests.Page;

/// <summary>What the page shows by itself, without being loaded again.</summary>
internal sealed class LivePageTests : PageFixture
{
    [Test]
    public async Task Tub_AttachesAndStops_AppearsAndDisappears()
    {
        await GoAsync(Page);
        await Page.EvaluateAsync("window.wasNotLoadedAgain = true");

        // A row is marked for a moment only, which a test may miss.
        await Page.EvaluateAsync("""
            window.marked = [];
            new MutationObserver(() => document.querySelectorAll('#tubs tr.new').forEach(row => window.marked.push(row.dataset.key)))
                .observe(document.getElementById('tubs'), { subtree: true, childList: true, attributes: true });
            """);
        AttachedTub tub = await Host.AttachAsync(TestCertificates.High);
        ILocator row = Page.Locator($"#tubs tr[data-key='{tub.TubId}']");
        await row.WaitForAsync();
        Assert.That(await row.Locator("code").TextContentAsync(), Is.EqualTo(tub.TubId[..8]));
        Assert.That(await Page.EvaluateAsync<string[]>("window.marked"), Does.Contain(tub.TubId));
        await Page.Locator($"#events li[data-kind=tub_registered] code[title='{tub.TubId}']").WaitForAsync();

        await tub.DisposeAsync();
        await row.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
        await Page.Locator($"#events li[data-kind=tub_unregistered] code[title='{tub.TubId}']").WaitForAsync();
        Assert.That(await Page.EvaluateAsync<bool>("window.wasNotLoadedAgain"), Is.True);
    }

    [Test]
    public async Task Transfer_Runs_RateBytesAndStreamChange()
    {
        await using AttachedTub tub = await Host.AttachAsync(TestCertificates.Low);
        await GoAsync(Page);
        using RemoteReference reference = await tub.CallAsync();
        await Transfer.RunUntilAsync(reference, async () =>
        {
            await Page.WaitForFunctionAsync("() => !/^(0 B|–)/.test(document.getElementById('rate-to').textContent)");
            await Page.WaitForFunctionAsync("() => / [kMG]B in all/.test(document.getElementById('total-to').textContent)");
            await Page.Locator("#streams tbody tr[data-key]").WaitForAsync();
            await Page.WaitForFunctionAsync($"() => !document.querySelector(\"#tubs tr[data-key='{tub.TubId}']\").cells[7].textContent.startsWith('0 B')");
            await Page.Locator("#chart path.line.to").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
        });
    }

    [Test]
    public async Task SecondTab_BesideTheFirst_ShowsTheSame_AndOutlivesIt()
    {
        await using AttachedTub tub = await Host.AttachAsync(TestCertificates.Low);
        await GoAsync(Page);
        IPage second = await OpenAsync(new BrowserNewContextOptions());
        await GoAsync(second);
        string row = $"#tubs tr[data-key='{tub.TubId}']";
        await Page.Locator(row).WaitForAsync();
        await second.Locator(row).WaitForAsync();

        await second.FillAsync("#filter", "nothing-like-this");
        await second.Locator(row).WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
        Assert.That(await Page.Locator(row).CountAsync(), Is.EqualTo(1), "Each tab has a view of its own.");

        await second.Context.DisposeAsync();
        await tub.DisposeAsync();
        await Page.Locator(row).WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
    }

    [Test]
    public async Task Drain_WhileAStreamRuns_IsSeen()
    {
        MayComplain = true; // The server goes away in the end.
        await using AdminHost host = await AdminHost.StartAsync(drain: TimeSpan.FromMinutes(5));
        await using AttachedTub tub = await host.AttachAsync(TestCertificates.Low);
        using RemoteReference reference = await tub.CallAsync();
        await GoAsync(Page, host);

        Task stopping = host.StopAsync();
        await Page.WaitForSelectorAsync("#state[data-state=draining]");

        Assert.That(await Page.TextContentAsync("#state"), Is.EqualTo("draining"));
        Assert.That(await Page.TextContentAsync("#draining"), Is.EqualTo("This relay is stopping: it takes nothing new, and waits for 1 stream to end."));
        Assert.That(await Page.TitleAsync(), Does.StartWith("Draining · "));
        await Page.Locator("#events li[data-kind=drain_started]").WaitForAsync();
        Assert.That(stopping.IsCompleted, Is.False);
        await tub.StopCallerAsync();
        await stopping.WaitAsync(AdminHost.Deadline);
        await Page.Locator("#lost").WaitForAsync();
    }

    [Test]
    public async Task Client_OfTwoRelays_ShowsHowItStandsWithEach()
    {
        Furl away = Furl.Parse($"pb://{TestCertificates.High.TubId}@tcp:127.0.0.1:9/away");
        await using AdminHost host = await AdminHost.StartClientAsync(TestCertificates.Mid, Host.Relay.RegistrarFurl, away);
        await using Tub caller = new(TestCertificates.Low);
        await host.Client.WaitUntilRegisteredAsync().WaitAsync(AdminHost.Deadline);
        using RemoteReference reference = await caller.GetReferenceAsync(new Furl(host.Client.Tub.TubId, host.Client.Tub.Hints, "put")).WaitAsync(AdminHost.Deadline);
        await GoAsync(Page, host);

        await Transfer.RunUntilAsync(reference, async () =>
        {
            await Page.WaitForFunctionAsync("() => / [kM]B\\/s$/.test(document.getElementById('client-rate-to').textContent)");
            await Page.Locator("#chart path.line.to").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
            await Page.Locator($"#client-relays tr[data-key='{TestCertificates.High.TubId}'] .pill[data-state=waiting]").WaitForAsync();
            await TakePictureAsync(Page, "client");
        });

        Assert.That(await Page.TextContentAsync("h1"), Is.EqualTo("Foolscap relay client"));
        Assert.That(await Page.TextContentAsync("#client-registered"), Is.EqualTo("1 of 2"));
        Assert.That(await Page.TextContentAsync("#client-streams-now"), Is.EqualTo("1"));
        Assert.That(await Page.TextContentAsync($"#client-relays tr[data-key='{Host.Relay.Tub.TubId}'] .pill"), Is.EqualTo("registered"));
        Assert.That(await Page.Locator("#relay-section").IsHiddenAsync());
        Assert.That(await Page.Locator("#events-choice").IsHiddenAsync(), "There are no streams among them.");
        Assert.That(
            await Page.TextContentAsync($"#events li[data-kind=relay_registered]:has(code[title='{Host.Relay.Tub.TubId}'])"), Does.EndWith($" reached at {Host.Relay.Tub.Hints[0]}"));
        Assert.That(
            await Page.Locator($"#events li[data-kind=relay_waiting]:has(code[title='{TestCertificates.High.TubId}'])").First.TextContentAsync(), Does.Contain("tried again after "));
        await Page.GotoAsync("about:blank"); // Before its server is gone: it would complain.
    }

    [Test]
    public async Task Server_StartsAgain_PageComesBackByItself()
    {
        MayComplain = true; // Chromium writes each failed attempt into its console.
        string address = $"127.0.0.1:{FreePort.Find()}";
        AdminHost first = await StartAtAsync(address);
        await GoAsync(Page, first);
        await Page.EvaluateAsync("window.wasNotLoadedAgain = true");

        await first.DisposeAsync();
        await Page.Locator("#lost").WaitForAsync();
        Assert.That(await Page.TextContentAsync("#connection"), Is.EqualTo("connection lost, trying again"));

        await using AdminHost second = await StartAtAsync(address);
        await Page.WaitForSelectorAsync("#connection[data-state=live]");
        Assert.That(await Page.Locator("#lost").IsHiddenAsync());
        await using AttachedTub tub = await second.AttachAsync(TestCertificates.Low);
        await Page.Locator($"#tubs tr[data-key='{tub.TubId}']").WaitForAsync();
        Assert.That(await Page.EvaluateAsync<bool>("window.wasNotLoadedAgain"), Is.True);

        static Task<AdminHost> StartAtAsync(string address) => AdminHost.StartAsync(options =>
        {
            options.Listen.Clear();
            options.Listen.Add(address);
        });
    }

    [Test]
    public async Task Text_OfAPeer_IsShownAsText()
    {
        const string text = "<img src=x onerror=\"alert(1)\"><b>bold</b>";
        Host.Services.GetRequiredService<EventFeed>().Add(
            new TubUnregistered(DateTimeOffset.UtcNow, TubId.Parse("icd77yuhs7ehjqhp2zck34gx5g65tfb3"), text));
        await GoAsync(Page);

        ILocator item = Page.Locator("#events li[data-kind=tub_unregistered]", new PageLocatorOptions { HasText = "onerror" });
        Assert.That(await item.TextContentAsync(), Does.Contain(text));
        Assert.That(await item.Locator("img, b").CountAsync(), Is.Zero);
    }

    [Test]
    public async Task Login_WithTheToken_ShowsThePage()
    {
        await using AdminHost host = await AdminHost.StartAsync(options => options.Token = AdminHost.Token);
        await Page.GotoAsync(host.Address.ToString());
        await Page.FillAsync("#token", "not-the-token-at-all");
        await Page.Keyboard.PressAsync("Enter");
        await Page.Locator("#problem").WaitForAsync();
        Assert.That(await Page.TextContentAsync("#problem"), Is.EqualTo("This token is wrong."));

        await Page.FillAsync("#token", AdminHost.Token);
        await Page.Keyboard.PressAsync("Enter");

        await Page.WaitForSelectorAsync("#connection[data-state=live]");
        await Page.ClickAsync("#logout button");
        await Page.Locator("#token").WaitForAsync();
    }
}
