using System.CommandLine;
using Foolscap.Relay.Benchmarks.Network;
using Foolscap.Relay.Server;

namespace Foolscap.Relay.Benchmarks.Scale;

/// <summary>The command line of large numbers.</summary>
internal static class ScaleCommand
{
    private const int Most = 60_000;

    public static Command Create()
    {
        Option<int[]> tubs = NumberList.Create("--tubs", "Numbers of registered Tubs; 0 for none.", Most, 100, 300, 1000, 3000, 10_000);
        Option<int[]> streams = NumberList.Create("--streams", "Numbers of idle streams; 0 for none.", Most, 100, 300, 1000, 3000, 10_000);
        Option<int[]> moving = NumberList.Create("--moving", "Numbers of streams that move data at once; 0 for none.", Most, 10, 100, 1000);
        Option<int[]> restarts = NumberList.Create("--restarts", "Numbers of Tubs that come back to a relay started again; 0 for none.", Most, 100, 500, 1000);
        Option<FileInfo?> csv = new("--csv") { Description = "A file for all figures, to plot." };
        Command command = new("scale", "Measures how a relay grows with the number of registered Tubs, and of streams, and how Tubs come back to one that was away.")
        {
            tubs, streams, moving, restarts, csv,
        };
        command.SetAction((parsed, _) => RunAsync(new ScaleOptions(
            WithoutNone(parsed.GetValue(tubs)),
            WithoutNone(parsed.GetValue(streams)),
            WithoutNone(parsed.GetValue(moving)),
            WithoutNone(parsed.GetValue(restarts)),
            parsed.GetValue(csv)?.FullName)));
        return command;
    }

    /// <summary>A direct stream has two sockets on the relay, and two on the client.</summary>
    private static bool IsPossible(int streams, RelayWay way)
    {
        string? problem = way == RelayWay.Direct ? OpenFileLimit.FindProblem(2L * streams) : null;
        if (problem is not null)
        {
            Console.Error.WriteLine($"{streams} {ScaleReport.StreamsOf(way)} are left out: {problem}");
        }

        return problem is null;
    }

    private static int[] WithoutNone(int[]? counts) => [.. (counts ?? []).Where(count => count > 0)];

    private static async Task<int> RunAsync(ScaleOptions options)
    {
        if (OpenFileLimit.FindProblem(options.Largest) is string problem)
        {
            Console.Error.WriteLine(problem);
            return 2;
        }

        List<ScalePoint> tubs = await ScaleRun.GrowTubsAsync(options.Tubs);
        ScaleReport.Print(ScaleReport.Tubs, tubs);
        List<ScalePoint> streams = [];
        foreach (RelayWay way in Enum.GetValues<RelayWay>())
        {
            List<ScalePoint> points = await ScaleRun.GrowStreamsAsync([.. options.Streams.Where(count => IsPossible(count, way))], way);
            ScaleReport.Print(ScaleReport.StreamsOf(way), points);
            streams.AddRange(points);
        }

        ScaleReport.PrintMoving(await MovingRun.RunAsync(options.Moving));
        ScaleReport.PrintRestarts(await ScaleRun.RestartAsync(options.Restarts));
        if (options.CsvFile is string file)
        {
            ScaleReport.WriteCsv(file, [.. tubs, .. streams]);
        }

        return 0;
    }
}
