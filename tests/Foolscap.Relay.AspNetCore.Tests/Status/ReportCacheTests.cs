using Foolscap.Relay.AspNetCore.Status;

namespace Foolscap.Relay.AspNetCore.Tests.Status;

internal sealed class ReportCacheTests
{
    private int _made;

    [Test]
    public async Task Get_ByManyReadersOfOnePart_IsMadeOnce()
    {
        ReportCache cache = new(Make);
        using Barrier barrier = new(8);

        RenderedReport[] reports = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                barrier.SignalAndWait();
                return cache.Get(ReportQuery.Default with { Filter = "x" });
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        Assert.That(_made, Is.EqualTo(1));
        Assert.That(reports, Is.All.SameAs(reports[0]));
        Assert.That(StatusReport.Parse(reports[0].Json).Version, Is.EqualTo("1"));
    }

    [Test]
    public void Get_OfAnotherPart_OrAfterAnotherLook_IsMadeAnew()
    {
        ReportCache cache = new(Make);
        RenderedReport first = cache.Get(ReportQuery.Default);
        RenderedReport filtered = cache.Get(ReportQuery.Default with { Filter = "x" });
        cache.Clear();
        RenderedReport later = cache.Get(ReportQuery.Default);

        Assert.That(new[] { first, filtered, later }.Select(report => report.Report.Version), Is.EqualTo(["1", "2", "3"]));
    }

    [Test]
    public void Get_OfEverNewParts_KeepsAFewOnly()
    {
        ReportCache cache = new(Make);
        for (int offset = 0; offset < 1000; offset++)
        {
            cache.Get(ReportQuery.Default with { TubOffset = offset });
        }

        RenderedReport known = cache.Get(ReportQuery.Default);
        RenderedReport tooMany = cache.Get(ReportQuery.Default with { TubOffset = 999 });

        Assert.That((known.Report.Version, tooMany.Report.Version), Is.EqualTo(("1", "1001")));
    }

    private StatusReport Make(ReportQuery query) =>
        new(StatusReport.CurrentSchema, DateTimeOffset.UnixEpoch, $"{Interlocked.Increment(ref _made)}", DateTimeOffset.UnixEpoch, null, null);

    [SetUp]
    public void Reset() => _made = 0;
}
