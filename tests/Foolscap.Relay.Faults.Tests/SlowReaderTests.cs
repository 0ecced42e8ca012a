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

    /// <summary>
    /// The running stream may lose 20 % of its rate at most. What is allowed here above that is for the noise of a machine
    /// that does other things as well.
    /// </summary>
    private const double LeastShare = 0.5;

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
        long position = 0;
        double before = await MeasureAsync();
        Figures relay = Figures.Of(route.Relay);
        Figures client = Figures.Of(route.Client);

        (RawSocket stillB, RawSocket stillC) = await route.OpenAsync();
        using RawSocket first = stillB;
        using RawSocket second = stillC;
        long[] pushed = await Task.WhenAll(stillB.PushPatternAsync(Push, seed: 1), stillC.PushPatternAsync(Push, seed: 2));
        Assert.That(pushed, Is.All.LessThan(Push), "bytes for readers that read nothing");
        CheckMemory("the relay", relay, Figures.Of(route.Relay));
        CheckMemory("the client", client, Figures.Of(route.Client));

        double beside = await MeasureAsync();
        TestContext.Out.WriteLine($"alone {before:0} MiB/s, beside one that stands still {beside:0} MiB/s: {beside / before:P0}");
        Assert.That(beside / before, Is.GreaterThan(LeastShare), "share of its rate that the running stream keeps");
        CheckMemory("the relay", relay, Figures.Of(route.Relay));

        await Task.WhenAll(stillC.ReceivePatternAsync(0, pushed[0], seed: 1), stillB.ReceivePatternAsync(0, pushed[1], seed: 2));
        await EndAsync(stillB, stillC);
        await EndAsync(runningB, runningC);
        await route.CheckRecoveredAsync();

        // The best of some rounds: what disturbs a round is not the stream beside it.
        async Task<double> MeasureAsync()
        {
            double best = 0;
            for (int i = 0; i < 4; i++)
            {
                long start = Stopwatch.GetTimestamp();
                await Task.WhenAll(
                    runningB.SendPatternAsync(position, position + Round, seed: 3),
                    runningC.SendPatternAsync(position, position + Round, seed: 4),
                    runningC.ReceivePatternAsync(position, position + Round, seed: 3),
                    runningB.ReceivePatternAsync(position, position + Round, seed: 4));
                position += Round;
                best = Math.Max(best, 2 * Round / (double)Figures.MiB / Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            return best;
        }
    }

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
}
