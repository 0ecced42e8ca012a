using System.Diagnostics;
using Foolscap.Relay.Faults.Tests.Fixtures;
using Foolscap.Relay.Interop.Tests.Raw;

namespace Foolscap.Relay.Faults.Tests;

/// <summary>A reader that stands still, and one beside it that runs.</summary>
internal sealed class SlowReaderTests
{
    /// <summary>More than the kernel's buffers take.</summary>
    private const long Push = 128 * Figures.MiB;

    /// <summary>What one round of the running stream carries each way.</summary>
    private const long Round = 8 * Figures.MiB;

    /// <summary>The running stream loses under 20 % of its rate.</summary>
    private const double LeastShare = 0.8;

    /// <summary>A pair is a measurement alone and one beside a reader that stands still, right behind it.</summary>
    private const int LeastPairs = 3;

    /// <summary>So many pairs are measured if the machine does other things as well.</summary>
    private const int MostPairs = 12;

    /// <summary>Windows of both directions are half a mebibyte, and the whole budget of a relay is 256 MiB.</summary>
    private const long MostMemory = 32 * Figures.MiB;

    [Test]
    public async Task ReaderThatStandsStill_OneBesideItKeepsItsRate_AndTheRelayItsMemory()
    {
        await using FaultyRoute route = await FaultyRoute.StartAsync();
        await route.WarmUpAsync();
        (RawSocket b, RawSocket c) = await route.OpenAsync();
        using RawSocket runningB = b;
        using RawSocket runningC = c;
        RunningStream running = new(b, c);
        List<double> shares = [];
        do
        {
            double alone = await running.MeasureAsync();
            double beside = await MeasureBesideAsync(route, running);
            TestContext.Out.WriteLine($"alone {alone:0} MiB/s, beside one that stands still {beside:0} MiB/s: {beside / alone:P0}");
            shares.Add(beside / alone);
        }
        while (shares.Count < LeastPairs || (GetMedian(shares) < LeastShare && shares.Count < MostPairs));

        Assert.That(GetMedian(shares), Is.GreaterThan(LeastShare), "share of its rate that the running stream keeps, the median of some pairs");
        await EndAsync(b, c);
        await route.CheckRecoveredAsync();
    }

    private static async Task<double> MeasureBesideAsync(FaultyRoute route, RunningStream running)
    {
        Figures relay = Figures.Of(route.Relay);
        Figures client = Figures.Of(route.Client);
        (RawSocket stillB, RawSocket stillC) = await route.OpenAsync();
        using RawSocket first = stillB;
        using RawSocket second = stillC;
        long[] pushed = await Task.WhenAll(stillB.PushPatternAsync(Push, seed: 1), stillC.PushPatternAsync(Push, seed: 2));
        Assert.That(pushed, Is.All.LessThan(Push), "bytes for readers that read nothing");
        CheckMemory("the relay", relay, Figures.Of(route.Relay));
        CheckMemory("the client", client, Figures.Of(route.Client));

        double rate = await running.MeasureAsync();
        CheckMemory("the relay", relay, Figures.Of(route.Relay));

        await Task.WhenAll(stillC.ReceivePatternAsync(0, pushed[0], seed: 1), stillB.ReceivePatternAsync(0, pushed[1], seed: 2));
        await EndAsync(stillB, stillC);
        return rate;
    }

    private static double GetMedian(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void CheckMemory(string name, Figures before, Figures now)
    {
        TestContext.Out.WriteLine($"{name}: {before}, and beside a reader that stands still {now}");
        Assert.That(now.Memory - before.Memory, Is.LessThan(MostMemory), $"bytes that {name} has taken for it");
    }

    /// <summary>Nothing comes behind what was sent.</summary>
    private static async Task EndAsync(RawSocket b, RawSocket c)
    {
        b.End();
        c.End();
        Assert.That(await c.ReceiveToEndAsync(), Is.Empty, "more came to C than was sent");
        Assert.That(await b.ReceiveToEndAsync(), Is.Empty, "more came to B than was sent");
    }

    /// <summary>A stream that carries as much as goes, both ways at once, every byte of it compared.</summary>
    private sealed class RunningStream(RawSocket b, RawSocket c)
    {
        private long _position;

        /// <returns>MiB/s in both directions together, in the best of some rounds: what disturbs one is not the stream beside it.</returns>
        public async Task<double> MeasureAsync()
        {
            double best = 0;
            for (int i = 0; i < 4; i++)
            {
                long start = Stopwatch.GetTimestamp();
                long end = _position + Round;
                await Task.WhenAll(
                    b.SendPatternAsync(_position, end, seed: 3),
                    c.SendPatternAsync(_position, end, seed: 4),
                    c.ReceivePatternAsync(_position, end, seed: 3),
                    b.ReceivePatternAsync(_position, end, seed: 4));
                _position = end;
                best = Math.Max(best, 2 * Round / (double)Figures.MiB / Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            return best;
        }
    }
}
