using System.Diagnostics;
using Foolscap.Relay.Faults.Tests.Fixtures;
using Foolscap.Relay.Faults.Tests.Programs;

namespace Foolscap.Relay.Faults.Tests;

/// <summary>The link between relay and client swallows everything for a while.</summary>
internal sealed class LinkTests
{
    /// <summary>Set to <c>1</c>, the cut of 90 s lasts 90 s, and the programs are the built samples.</summary>
    private const string RealTimes = "FOOLSCAP_FAULTS_REALTIME";

    private static readonly bool ShortTimesAreUsed = Environment.GetEnvironmentVariable(RealTimes) != "1";

    /// <summary>Far longer than the documented time, which a machine of two cores cannot keep to the second.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(30);

    [TestCase(true, TestName = "LinkBlackHoled_InATransfer_BothEndsSeeItsEnd_AndTheClientComesBack")]
    [TestCase(false, TestName = "LinkBlackHoled_WhenIdle_BothEndsSeeItsEnd_AndTheClientComesBack")]
    public async Task LinkBlackHoled_BothEndsSeeTheEnd_AndTheClientComesBack(bool busy)
    {
        await using FaultyRoute route = await FaultyRoute.StartAsync(shortTimes: true);
        await route.WarmUpAsync();
        RunningTransfer stream = busy ? await route.StartTransferAsync() : await route.StartIdleAsync();

        await FaultyNetwork.Current.BreakLinkAsync();
        (StreamOutcome atB, StreamOutcome atC) = await stream.WaitForEndsAsync(ShortTimes.Disconnect + Late);
        await FaultyNetwork.Current.MendLinkAsync();

        Assert.That((atB, atC), Is.EqualTo((StreamOutcome.Reset, StreamOutcome.Reset)), "a cut must not look like an orderly end");
        await route.WaitUntilAttachedAsync();
        await route.CheckRecoveredAsync();
    }

    [Test]
    public async Task LinkCutFor5Seconds_TransferSurvives_AndTheClientStaysRegistered()
    {
        await using FaultyRoute route = await FaultyRoute.StartAsync();
        await route.WarmUpAsync();
        RunningTransfer transfer = await route.StartTransferAsync();

        await CutAsync(TimeSpan.FromSeconds(5));

        await transfer.WaitForProgressAsync(8 * Figures.MiB);
        await transfer.FinishAsync();
        await route.CheckRecoveredAsync();
        Assert.That(route.Client.Output, Has.Count.EqualTo(1), "lines of the client, of which the first says that it is attached");
    }

    [Test]
    public async Task LinkCutFor90Seconds_BothEndsGiveUpMeanwhile_AndTheClientComesBackByItself()
    {
        double factor = ShortTimesAreUsed ? ShortTimes.Factor : 1;
        TestContext.Out.WriteLine($"All times are {factor} times shorter than in the field.");
        await using FaultyRoute route = await FaultyRoute.StartAsync(ShortTimesAreUsed);
        await route.WarmUpAsync();
        RunningTransfer transfer = await route.StartTransferAsync();
        long start = Stopwatch.GetTimestamp();

        Task cut = CutAsync(TimeSpan.FromSeconds(90) / factor);
        (StreamOutcome atB, StreamOutcome atC) = await transfer.WaitForEndsAsync((TimeSpan.FromSeconds(60) / factor) + Late);
        TestContext.Out.WriteLine($"Both ends have seen the end after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s.");
        await cut;

        Assert.That((atB, atC), Is.EqualTo((StreamOutcome.Reset, StreamOutcome.Reset)), "a cut must not look like an orderly end");
        await route.WaitUntilAttachedAsync();
        TestContext.Out.WriteLine($"The client is back after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s.");
        await route.CheckRecoveredAsync();
    }

    /// <summary>Breaks the link for a time. That time is the fault itself: nothing is waited for.</summary>
    private static async Task CutAsync(TimeSpan time)
    {
        await FaultyNetwork.Current.BreakLinkAsync();
        await Task.Delay(time);
        await FaultyNetwork.Current.MendLinkAsync();
    }
}
