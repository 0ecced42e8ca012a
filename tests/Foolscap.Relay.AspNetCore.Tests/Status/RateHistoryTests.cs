using Foolscap.Relay.AspNetCore.Status;

namespace Foolscap.Relay.AspNetCore.Tests.Status;

internal sealed class RateHistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Test]
    public void Add_EachSecond_GivesTheRateOfThatSecond()
    {
        RateHistory history = new();
        history.Add(Start, 100, 1000);
        history.Add(Start.AddSeconds(2), 300, 1000);

        Assert.That((history.Now.ToTubs, history.Now.FromTubs), Is.EqualTo((100, 0)));
    }

    [Test]
    public void Add_TwoHours_KeepsFiveMinutesAndOneHour()
    {
        RateHistory history = new();
        for (int second = 0; second <= 7200; second++)
        {
            history.Add(Start.AddSeconds(second), second * 10L, second * 20L);
        }

        HistoryReport report = history.ToReport();

        Assert.That(report.Seconds, Has.Count.EqualTo(300));
        Assert.That(report.TenSeconds, Has.Count.EqualTo(360));
        Assert.That(report.TenSeconds, Has.All.Matches<RatePoint>(point => point is { ToTubs: 10, FromTubs: 20 }));
        Assert.That(report.TenSeconds[^1].Time, Is.EqualTo(Start.AddSeconds(7200).ToUnixTimeMilliseconds()));
    }

    [Test]
    public void Add_CountsThatBeginAnew_GiveNoNegativeRate()
    {
        RateHistory history = new();
        history.Add(Start, 5000, 5000);
        history.Add(Start.AddSeconds(1), 10, 10);
        history.Add(Start.AddSeconds(2), 20, 30);

        Assert.That(history.ToReport().Seconds, Has.Count.EqualTo(1));
        Assert.That((history.Now.ToTubs, history.Now.FromTubs), Is.EqualTo((10, 20)));
    }
}
