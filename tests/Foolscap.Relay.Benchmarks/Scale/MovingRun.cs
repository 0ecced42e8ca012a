using Foolscap.Relay.Benchmarks.Measuring;
using Foolscap.Relay.Benchmarks.Network;

namespace Foolscap.Relay.Benchmarks.Scale;

/// <summary>Lets many streams move data at once, and measures what each gets and what that costs.</summary>
internal static class MovingRun
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    public static async Task<List<MovingPoint>> RunAsync(IReadOnlyList<int> counts)
    {
        List<MovingPoint> points = [];
        foreach ((RelayWay way, int count) in Enum.GetValues<RelayWay>().SelectMany(way => counts.Select(count => (way, count))))
        {
            Console.Error.WriteLine($"{count} streams that move data, {way} ...");
            points.Add(await MeasureAsync(way, count));
        }

        return points;
    }

    private static async Task<MovingPoint> MeasureAsync(RelayWay way, int count)
    {
        using Backend backend = new(Callers.AnyRequest.Length);
        await using ScaleProcesses processes = await ScaleProcesses.StartAsync(count + 1, way, backend.EndPoint);
        IEnumerable<StreamKind> kinds = Enumerable.Range(0, count).Select(index => index % 2 == 0 ? StreamKind.Up : StreamKind.Down);
        Load load = await Load.StartAsync(backend, processes.Path, kinds);
        await Task.Delay(WarmUp);

        IReadOnlyList<long> before = load.ReceivedEach;
        Throughput throughput = await load.MeasureAsync(processes.Path, Duration);
        IReadOnlyList<long> moved = [.. load.ReceivedEach.Zip(before, (now, then) => now - then)];
        Latency latency = await Latency.MeasureAsync(processes.Path, Duration);
        (long relay, long client) = (processes.Relay.Rss, processes.Client.Rss);
        await load.ThrowIfOverAsync();
        await load.AbortAsync();
        return new MovingPoint(way, count, throughput, Math.Min(GetSmallestShare(moved, 0), GetSmallestShare(moved, 1)), latency, relay, client);
    }

    /// <summary>Of every second stream: these are of one direction.</summary>
    private static double GetSmallestShare(IReadOnlyList<long> moved, int first)
    {
        long[] direction = [.. moved.Where((_, index) => index % 2 == first)];
        return direction.Length == 0 ? 1 : direction.Min() / Math.Max(direction.Average(), 1);
    }
}
