using System.CommandLine;
using Foolscap.Relay.Benchmarks.Network;

namespace Foolscap.Relay.Benchmarks.EndToEnd;

/// <summary>The command line of the table.</summary>
internal static class EndToEndCommand
{
    private const int LongestDelay = 10_000;

    public static Command Create()
    {
        Option<double> seconds = PositiveOption.Create<double>("--seconds", "How long each figure is measured in each round.", 1);
        Option<int> rounds = PositiveOption.Create<int>("--rounds", "How many rounds; the table shows medians.", 3);
        Option<string?> path = new("--path") { Description = "How the relay carries the bytes; as this build can if not given." };
        Option<int[]> delays = NumberList.Create("--delay", "Round trips between relay and client, in ms, such as 0,50,150.", LongestDelay, 0, 50, 150);
        Option<int> streams = PositiveOption.Create<int>("--idle-streams", "How many idle streams to weigh.", 1000);
        Option<int> tubs = PositiveOption.Create<int>("--idle-tubs", "How many registered Tubs to weigh.", 200);
        Option<FileInfo?> json = new("--json") { Description = "A file for all figures of all rounds." };
        path.AcceptOnlyFromAmong("message", "direct", "both");

        Command command = new("end-to-end", "Measures relay and client, as programs, beside plain TCP, and prints one table.")
        {
            seconds, rounds, path, delays, streams, tubs, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            await using EndToEndRun run = new(
                new EndToEndOptions(
                    parsed.GetValue(seconds),
                    parsed.GetValue(rounds),
                    ReadWays(parsed.GetValue(path)),
                    parsed.GetValue(delays) ?? [],
                    parsed.GetValue(streams),
                    parsed.GetValue(tubs),
                    parsed.GetValue(json)?.FullName),
                new SamplePrograms());
            await run.RunAsync();
        });
        return command;
    }

    private static RelayWay[] ReadWays(string? path) => path switch
    {
        "message" => [RelayWay.Messages],
        "direct" => [RelayWay.Direct],
        _ => [RelayWay.Messages, RelayWay.Direct],
    };
}
