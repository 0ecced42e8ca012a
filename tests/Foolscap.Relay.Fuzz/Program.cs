// A mutation fuzzer: feeds everything that strangers can reach with input that no honest peer would send.
using System.CommandLine;
using System.Security.Cryptography;
using Foolscap.Relay.Fuzz.Engine;
using Foolscap.Relay.Fuzz.Targets;
using Foolscap.TestUtilities;

Option<string[]> targets = new("--target") { Description = $"What to feed; all by default. {string.Join(", ", TargetList.All.Keys)}.", AllowMultipleArgumentsPerToken = true };
targets.AcceptOnlyFromAmong([.. TargetList.All.Keys]);
Option<double?> seconds = new("--seconds") { Description = "How long, for all targets together. 60 if no count is given either." };
Option<long?> count = new("--count") { Description = "How many inputs each target gets." };
Option<ulong?> seed = new("--seed") { Description = "The same seed with the same corpus gives the same inputs." };
Option<DirectoryInfo> corpus = new("--corpus")
{
    Description = "A folder for each target, from which inputs are made and to which findings go.",
    DefaultValueFactory = _ => new DirectoryInfo(Repository.GetPath("tests", "Foolscap.Relay.Fuzz", "corpus")),
};
Option<FileInfo?> replay = new("--replay") { Description = "Feeds this one file, to the target of its folder or to the one that is named." };
RootCommand command = new("Feeds everything that strangers can reach with input that no honest peer would send.") { targets, seconds, count, seed, corpus, replay };
command.SetAction(async (parsed, _) =>
{
    FuzzOptions options = new()
    {
        Seed = parsed.GetValue(seed) ?? BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4)),
        Time = parsed.GetValue(seconds) is double given ? TimeSpan.FromSeconds(given) : parsed.GetValue(count) is null ? TimeSpan.FromSeconds(60) : null,
        Count = parsed.GetValue(count),
        CorpusFolder = parsed.GetRequiredValue(corpus).FullName,
    };
    string[] names = parsed.GetValue(targets) is { Length: > 0 } chosen ? [.. chosen.Distinct()] : [.. TargetList.All.Keys];
    return parsed.GetValue(replay) is FileInfo file
        ? await FuzzReport.ReplayAsync(options, file.FullName, parsed.GetValue(targets) is { Length: > 0 } ? names[0] : file.Directory!.Name, Console.Out)
        : await FuzzReport.SearchAsync(options, [.. names.Select(name => TargetList.All[name])], Console.Out);
});
return await command.Parse(args).InvokeAsync();
