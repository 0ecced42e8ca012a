using System.Diagnostics;
using Foolscap.Relay.Benchmarks.Measuring;
using Foolscap.Relay.Benchmarks.Network;

namespace Foolscap.Relay.Benchmarks.Scale;

/// <summary>Lets the number of registered Tubs grow, and then that of idle streams, and measures at each number.</summary>
internal static class ScaleRun
{
    /// <summary>So many come before the first look at memory, so that code and pools are there.</summary>
    private const int WarmUp = 20;

    private static readonly TimeSpan LatencyTime = TimeSpan.FromSeconds(1);

    /// <summary>Long enough for some of the PINGs, of which each connection sends one in 20 s.</summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(5);

    public static Task<List<ScalePoint>> GrowTubsAsync(IReadOnlyList<int> counts) => GrowAsync(
        ScaleReport.Tubs,
        counts,
        (processes, count) => processes.GrowTubsAsync(count),
        () => Task.CompletedTask);

    public static async Task<List<ScalePoint>> GrowStreamsAsync(IReadOnlyList<int> counts, RelayWay way)
    {
        IdleStreams? streams = null;
        try
        {
            return await GrowAsync(
                ScaleReport.StreamsOf(way),
                counts,
                async (processes, count) =>
                {
                    long begin = Stopwatch.GetTimestamp();
                    streams ??= new IdleStreams(processes.Path);
                    await streams.GrowAsync(count);
                    return Stopwatch.GetElapsedTime(begin);
                },
                () => streams!.CheckAsync(),
                way);
        }
        finally
        {
            streams?.Dispose();
        }
    }

    /// <summary>Kills the relay of so many registered Tubs, which all come back at once when it is there again.</summary>
    public static async Task<List<RestartPoint>> RestartAsync(IReadOnlyList<int> counts)
    {
        List<RestartPoint> points = [];
        foreach (int count in counts)
        {
            Console.Error.WriteLine($"{count} Tubs come back ...");
            await using ScaleProcesses processes = await ScaleProcesses.StartAsync(count);
            await processes.GrowTubsAsync(count);
            (ReturnFigures tubs, TimeSpan cpu) = await processes.RestartRelayAsync();
            points.Add(new RestartPoint(count, tubs, cpu));
        }

        return points;
    }

    private static async Task<List<ScalePoint>> GrowAsync(
        string what, IReadOnlyList<int> counts, Func<ScaleProcesses, int, Task<TimeSpan>> growAsync, Func<Task> checkAsync, RelayWay way = RelayWay.Direct)
    {
        List<ScalePoint> points = [];
        if (counts.Count == 0)
        {
            return points;
        }

        await using ScaleProcesses processes = await ScaleProcesses.StartAsync(counts[^1] + WarmUp, way);
        await growAsync(processes, WarmUp);
        await Latency.MeasureAsync(processes.Path, LatencyTime);
        (long relayAtFirst, long clientAtFirst) = (processes.Relay.Rss, processes.Client.Rss);
        int before = 0;
        foreach (int count in counts)
        {
            Console.Error.WriteLine($"{count} {what} ...");
            TimeSpan cpuBefore = processes.Relay.Cpu;
            TimeSpan growing = await growAsync(processes, count + WarmUp);
            TimeSpan growingCpu = processes.Relay.Cpu - cpuBefore;
            double idleCpu = await MeasureIdleCpuAsync(processes);
            (long relay, long client) = (processes.Relay.Rss, processes.Client.Rss);
            Latency latency = await Latency.MeasureAsync(processes.Path, LatencyTime);
            points.Add(new ScalePoint(
                what,
                count,
                count - before,
                growing,
                growingCpu,
                relay,
                client,
                (double)(relay - relayAtFirst) / count,
                (double)(client - clientAtFirst) / count,
                latency.P50,
                idleCpu));
            before = count;
        }

        await checkAsync();
        return points;
    }

    private static async Task<double> MeasureIdleCpuAsync(ScaleProcesses processes)
    {
        TimeSpan before = processes.Relay.Cpu;
        await Task.Delay(IdleTime);
        return (processes.Relay.Cpu - before) / IdleTime;
    }
}
