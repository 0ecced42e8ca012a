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

        AttachedTub tub = await Host.AttachAsync(TestCertificates.Low);
        ILocator row = Page.Locator($"#tubs tr[data-key='{tub.TubId}']");
        await row.WaitForAsync();
        Assert.That(await row.Locator("code").TextContentAsync(), Is.EqualTo(tub.TubId[..8]));
        await Page.Locator("#events li[data-kind=tub_registered]").WaitForAsync();

        await tub.DisposeAsync();
        await row.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
        await Page.Locator("#events li[data-kind=tub_unregistered]").WaitForAsync();
        Assert.That(await Page.EvaluateAsync<bool>("window.wasNotLoadedAgain"), Is.True);
    }

    [Test]
    public async Task Transfer_Runs_RateBytesAndStreamChange()
    {
        await using AttachedTub tub = await Host.AttachAsync(TestCertificates.Low);
        await GoAsync(Page);
        using RemoteReference reference = await tub.CallAsync();
        using CancellationTokenSource enough = new();
        Task transfer = TransferAsync(reference, enough.Token);

        await Page.WaitForFunctionAsync("() => !/^(0 B|–)/.test(document.getElementById('rate-to').textContent)");
        await Page.WaitForFunctionAsync("() => / [kMG]B in all/.test(document.getElementById('total-to').textContent)");
        await Page.Locator("#streams tbody tr[data-key]").WaitForAsync();
        await Page.WaitForFunctionAsync($"() => !document.querySelector(\"#tubs tr[data-key='{tub.TubId}']\").cells[7].textContent.startsWith('0 B')");
        await Page.Locator("#chart path.line.to").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });

        await enough.CancelAsync();
        await transfer;
    }

    [Test]
    public async Task Server_StartsAgain_PageComesBackByItself()
    {
        MayComplain = true; // Chromium writes each failed attempt into its console.
        await GoAsync(Page);
        string address = $"{Host.Address.Host}:{Host.Address.Port}";
        await Page.EvaluateAsync("window.wasNotLoadedAgain = true");

        await Host.DisposeAsync();
        await Page.Locator("#lost").WaitForAsync();
        Assert.That(await Page.TextContentAsync("#connection"), Is.EqualTo("connection lost, trying again"));

        Host = await AdminHost.StartAsync(options =>
        {
            options.Listen.Clear();
            options.Listen.Add(address);
        });
        await Page.WaitForSelectorAsync("#connection[data-state=live]");
        Assert.That(await Page.Locator("#lost").IsHiddenAsync());
        await using AttachedTub tub = await Host.AttachAsync(TestCertificates.Low);
        await Page.Locator($"#tubs tr[data-key='{tub.TubId}']").WaitForAsync();
        Assert.That(await Page.EvaluateAsync<bool>("window.wasNotLoadedAgain"), Is.True);
    }

    [Test]
    public async Task Text_OfAPeer_IsShownAsText()
    {
        const string text = "<img src=x onerror=\"alert(1)\"><b>bold</b>";
        Host.Services.GetRequiredService<EventFeed>().Add(
            new TubUnregistered(DateTimeOffset.UtcNow, TubId.Parse("icd77yuhs7ehjqhp2zck34gx5g65tfb3"), text));
        await GoAsync(Page);

        ILocator item = Page.Locator("#events li[data-kind=tub_unregistered]");
        Assert.That(await item.TextContentAsync(), Does.Contain(text));
        Assert.That(await item.Locator("img, b").CountAsync(), Is.Zero);
    }

    [Test]
    public async Task Login_WithTheToken_ShowsThePage()
    {
        await Host.DisposeAsync();
        Host = await AdminHost.StartAsync(options => options.Token = AdminHost.Token);
        await Page.GotoAsync(Host.Address.ToString());
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

    private static async Task TransferAsync(RemoteReference reference, CancellationToken enough)
    {
        byte[] part = new byte[64 * 1024];
        while (!enough.IsCancellationRequested)
        {
            await reference.CallAsync("put", [part], CancellationToken.None); // The last one may end.
        }
    }
}
