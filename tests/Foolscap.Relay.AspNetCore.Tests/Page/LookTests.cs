using Foolscap.Relay.AspNetCore.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;
using Microsoft.Playwright;

namespace Foolscap.Relay.AspNetCore.Tests.Page;

/// <summary>What the page looks like, and whether it works without a mouse.</summary>
internal sealed class LookTests : PageFixture
{
    /// <summary>The least contrast between a text and what is behind it, and where it is.</summary>
    private const string LeastContrast = """
        () => {
          const parse = text => text.match(/[\d.]+/g).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
            .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
          const ground = element => {
            for (let each = element; each; each = each.parentElement) {
              const colour = parse(getComputedStyle(each).backgroundColor);
              if (colour.length === 3 || colour[3] === 1) return colour;
            }
            return [255, 255, 255];
          };
          let least = { ratio: 21, text: '' };
          for (const element of document.querySelectorAll('body *')) {
            const own = [...element.childNodes].filter(node => node.nodeType === 3).map(node => node.textContent.trim()).join('');
            if (!own || element.disabled || element.closest('noscript') || element.getClientRects().length === 0) continue;
            const style = getComputedStyle(element);
            const colour = parse(element.namespaceURI.endsWith('svg') ? style.fill : style.color);
            const [a, b] = [light(colour), light(ground(element))];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < least.ratio) least = { ratio, text: `${element.tagName} ${own.slice(0, 40)}` };
          }
          for (const input of document.querySelectorAll('input[placeholder]')) {
            const [a, b] = [light(parse(getComputedStyle(input, '::placeholder').color)), light(ground(input))];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < least.ratio) least = { ratio, text: `PLACEHOLDER ${input.placeholder}` };
          }
          return `${least.ratio.toFixed(2)} ${least.text}`;
        }
        """;

    /// <summary>Whether the chart has more points than so many that are not on the ground.</summary>
    private const string PointsThatRise = """
        count => {
          const heights = (document.querySelector('#chart path.line.to')?.getAttribute('d') ?? '').split(/[ML]/).filter(Boolean).map(point => Number(point.split(',')[1]));
          return heights.filter(height => height < Math.max(...heights) - 1).length > count;
        }
        """;

    private const string WidestOverflow = "Math.max(...[...document.querySelectorAll('.scroll')].map(part => part.scrollWidth - part.clientWidth))";

    private const string AnimationOfANewRow = """
        () => {
          const row = document.querySelector('#tubs tbody tr');
          row.classList.add('new');
          return getComputedStyle(row.cells[0]).animationName;
        }
        """;

    private AttachedTub _low = null!;
    private AttachedTub _high = null!;

    [OneTimeSetUp]
    public async Task AttachAsync()
    {
        _low = await Host.AttachAsync(TestCertificates.Low);
        _high = await Host.AttachAsync(TestCertificates.High);
    }

    [OneTimeTearDown]
    public async Task DetachAsync()
    {
        await _low.DisposeAsync();
        await _high.DisposeAsync();
    }

    [TestCase("desktop-light", 1280, 900, ColorScheme.Light)]
    [TestCase("desktop-dark", 1280, 900, ColorScheme.Dark)]
    [TestCase("phone-light", 360, 740, ColorScheme.Light)]
    [TestCase("phone-dark", 360, 740, ColorScheme.Dark)]
    public async Task Page_OnAScreen_FitsAndIsLegible(string name, int width, int height, ColorScheme scheme)
    {
        using RemoteReference reference = await _low.CallAsync();
        IPage page = await OpenAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
        });
        await GoAsync(page);
        await page.ClickAsync("#span-minutes");
        await Transfer.RunUntilAsync(reference, async () =>
        {
            // A few seconds of it, so that the chart has something to show; and none of it is over when the picture is taken.
            await page.WaitForFunctionAsync("() => / [kM]B\\/s$/.test(document.getElementById('rate-to').textContent)");
            await page.WaitForFunctionAsync(PointsThatRise, 3);
            await page.WaitForFunctionAsync("() => / [kM]B\\/s$/.test(document.querySelector('#tubs tbody tr').cells[7].textContent)");
            await page.Locator("#tubs tbody tr[data-key]").Nth(1).WaitForAsync();
            await TakePictureAsync(page, name);
        });

        Assert.That(await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"), Is.LessThanOrEqualTo(0), "It scrolls sideways.");
        Assert.That(await page.EvaluateAsync<int>(WidestOverflow), Is.LessThanOrEqualTo(0), "A table scrolls sideways.");
        string contrast = await page.EvaluateAsync<string>(LeastContrast);
        Assert.That(double.Parse(contrast.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture), Is.GreaterThanOrEqualTo(4.5), contrast);
        Assert.That(await page.EvaluateAsync<string>(AnimationOfANewRow), Is.EqualTo("none"), "Who wants no motion gets none.");
        string ground = await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        Assert.That(ground, Is.EqualTo(scheme == ColorScheme.Dark ? "rgb(16, 21, 28)" : "rgb(243, 245, 248)"));
        await page.Context.DisposeAsync();
    }

    [Test]
    public async Task Keyboard_TabAndEnter_SortsTheTubs()
    {
        await GoAsync(Page);
        await Page.Locator("#tubs tbody tr[data-key]").Nth(1).WaitForAsync();

        await Page.Keyboard.PressAsync("Tab");
        Assert.That(await Page.EvaluateAsync<string>("document.activeElement.className"), Is.EqualTo("skip"), "The first stop skips to the content.");
        await TabToAsync("#tubs th[data-sort=tubid] button");
        Assert.That(await Page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"), Is.EqualTo("solid"), "The focus is seen.");

        await Page.Keyboard.PressAsync("Enter");
        await WaitForFirstAsync(_low.TubId);
        Assert.That(await Page.GetAttributeAsync("#tubs th[data-sort=tubid]", "aria-sort"), Is.EqualTo("ascending"));
        await Page.Keyboard.PressAsync("Enter");
        await WaitForFirstAsync(_high.TubId);
    }

    [Test]
    public async Task Keyboard_ArrowOnTheChart_ReadsAPoint()
    {
        await GoAsync(Page);
        await Page.Locator("#chart path.line.to").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
        await Page.FocusAsync("#chart");
        await Page.Keyboard.PressAsync("ArrowLeft");

        await Page.WaitForFunctionAsync(@"() => /^\d\d:\d\d:\d\d: .*B\/s to, .*B\/s from Tubs$/.test(document.getElementById('readout').textContent)");
    }

    [Test]
    public async Task Filter_ThatMatchesOne_ShowsThatOne()
    {
        await GoAsync(Page);
        await Page.FillAsync("#filter", _low.TubId[..10]);

        await Page.WaitForFunctionAsync("() => document.getElementById('tubs-shown').textContent === '1–1 of 1 that match, of 2'");
        Assert.That(await Page.Locator("#tubs tbody tr").CountAsync(), Is.EqualTo(1));
    }

    private async Task TabToAsync(string selector)
    {
        for (int stop = 0; stop < 30; stop++)
        {
            if (await Page.EvaluateAsync<bool>("selector => document.activeElement.matches(selector)", selector))
            {
                return;
            }

            await Page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"The Tab key does not reach {selector}.");
    }

    private async Task WaitForFirstAsync(string tubId) =>
        await Page.WaitForFunctionAsync("tubId => document.querySelector('#tubs tbody tr')?.dataset.key === tubId", tubId);
}
