using System.Globalization;
using System.Security.Cryptography;
using Foolscap.Relay.Fuzz.Engine;
using Foolscap.Relay.Fuzz.Targets;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Fuzz.Tests;

/// <summary>A search with a seed of its own at each run: FUZZ_SECONDS for all targets together, 60 if it is not set.</summary>
internal sealed class SearchTests
{
    private static readonly ulong Seed = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));

    [TestCaseSource(typeof(CorpusTests), nameof(CorpusTests.Targets))]
    public async Task Search_RandomSeed_FindsNothing(string target)
    {
        string seconds = Environment.GetEnvironmentVariable("FUZZ_SECONDS") is { Length: > 0 } given ? given : "60";
        TimeSpan share = TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)) / TargetList.All.Count;
        string found = Path.Combine(TestContext.CurrentContext.WorkDirectory, "fuzz-found");
        CopyCorpus(target, found);
        FuzzRunner runner = new(new FuzzOptions { Seed = Seed, CorpusFolder = found }, TestContext.Out);
        TestContext.Out.WriteLine($"{target}: seed {Seed}");

        FuzzResult result = await runner.RunAsync(TargetList.All[target], share);

        TestContext.Out.WriteLine($"{target}: {result.Inputs} inputs in {result.Time.TotalSeconds:0.0} s");
        Assert.That(result.Failure, Is.Null, () => $"seed {Seed}, input {result.Failure!.Index}, saved as {result.Failure.Path}: {result.Failure.Message}");
        Assert.That(result.Inputs, Is.GreaterThan(Corpus.GetFiles(found, target).Count), "more than what is kept was tried");
    }

    /// <summary>A test does not write into the sources.</summary>
    private static void CopyCorpus(string target, string folder)
    {
        string to = Directory.CreateDirectory(Path.Combine(folder, target)).FullName;
        foreach (string path in Corpus.GetFiles(Repository.GetPath("tests", "Foolscap.Relay.Fuzz", "corpus"), target))
        {
            File.Copy(path, Path.Combine(to, Path.GetFileName(path)), overwrite: true);
        }
    }
}
