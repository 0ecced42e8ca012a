using Foolscap.Relay.Fuzz.Engine;
using Foolscap.Relay.Fuzz.Targets;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Fuzz.Tests;

/// <summary>Every input that is kept breaks no rule any more.</summary>
internal sealed class CorpusTests
{
    private static readonly string Folder = Repository.GetPath("tests", "Foolscap.Relay.Fuzz", "corpus");

    public static IEnumerable<string> Targets => TargetList.All.Keys;

    public static IEnumerable<TestCaseData> Files() =>
        Targets.SelectMany(target => Corpus.GetFiles(Folder, target).Select(path => new TestCaseData(target, path).SetArgDisplayNames(target, Path.GetFileName(path))));

    [TestCaseSource(nameof(Files))]
    public async Task Replay_KeptInput_BreaksNoRule(string target, string path)
    {
        FuzzRunner runner = new(new FuzzOptions { Seed = 0, CorpusFolder = Folder }, TestContext.Out);

        FuzzFailure? failure = await runner.ReplayAsync(TargetList.All[target], Corpus.Load(path));

        Assert.That(failure, Is.Null, () => failure!.Message);
    }

    [TestCaseSource(nameof(Targets))]
    public void Folder_EachTarget_HasAtLeastADozenInputs(string target) =>
        Assert.That(Corpus.GetFiles(Folder, target), Has.Count.AtLeast(12));

    [Test]
    public void Folder_Names_AreThoseOfTargets() =>
        Assert.That(Directory.GetDirectories(Folder).Select(Path.GetFileName), Is.EquivalentTo(Targets));
}
