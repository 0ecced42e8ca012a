using System.CommandLine;
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
        List<ScalePoint> streams = await ScaleRun.GrowStreamsAsync(options.Streams);
        ScaleReport.Print(ScaleReport.Streams, streams);
        ScaleReport.PrintMoving(await MovingRun.RunAsync(options.Moving));
        ScaleReport.PrintRestarts(await ScaleRun.RestartAsync(options.Restarts));
        if (options.CsvFile is string file)
        {
            ScaleReport.WriteCsv(file, [.. tubs, .. streams]);
        }

        return 0;
    }
}
