using Foolscap.Relay.Fuzz.Engine;

namespace Foolscap.Relay.Fuzz.Tests;

/// <summary>The harness can fail: it finds what is planted, by the rule that is broken, and keeps a small input.</summary>
internal sealed class PlantedDefectTests
{
    private string _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("fuzz").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(Defect.WrongException, FailureKind.Fault, "IndexOutOfRange")]
    [TestCase(Defect.SwallowedMistake, FailureKind.Fault, "InvalidCast")]
    [TestCase(Defect.UnobservedTask, FailureKind.Fault, "Nobody observed")]
    [TestCase(Defect.LoggedError, FailureKind.Fault, "An error was logged")]
    [TestCase(Defect.Allocation, FailureKind.Allocation, "bytes were allocated")]
    [TestCase(Defect.Canary, FailureKind.Canary, "noticed")]
    public async Task Search_PlantedDefect_IsFoundMadeSmallAndKept(Defect defect, FailureKind kind, string message)
    {
        FuzzResult result = await SearchAsync(defect);

        Assert.That(result.Failure, Is.Not.Null);
        FuzzFailure failure = result.Failure!;
        Assert.Multiple(() =>
        {
            Assert.That(failure.Kind, Is.EqualTo(kind));
            Assert.That(failure.Message, Does.Contain(message));
            Assert.That(failure.Input, Is.EqualTo(PlantedTarget.Trigger), "what the defect does not need is taken away");
            Assert.That(failure.IsReproduced, Is.True);
            Assert.That(Path.GetFileName(failure.Path), Does.StartWith("planted-"));
            Assert.That(File.ReadAllBytes(failure.Path!), Is.EqualTo(failure.Input));
        });
    }

    [Test]
    public async Task Search_InputThatHangs_IsFoundAndKept()
    {
        FuzzResult result = await SearchAsync(Defect.Hang, TimeSpan.FromSeconds(5));

        Assert.That(result.Failure?.Kind, Is.EqualTo(FailureKind.Hang));
        Assert.That(result.Failure!.Message, Does.Contain("what never comes"));
        Assert.That(PlantedTarget.IsTriggeredBy(File.ReadAllBytes(result.Failure.Path!)), Is.True);
    }

    [Test]
    public async Task Search_NoDefect_FindsNothing() => Assert.That((await SearchAsync(Defect.None)).Failure, Is.Null);

    [Test]
    public async Task Search_SameSeed_GivesTheSameInputs()
    {
        List<byte[]> first = [];
        List<byte[]> second = [];
        List<byte[]> other = [];
        await new FuzzRunner(Options(seed: 7), TextWriter.Null).RunAsync(() => new PlantedTarget(Defect.None, first), time: null);
        await new FuzzRunner(Options(seed: 7), TextWriter.Null).RunAsync(() => new PlantedTarget(Defect.None, second), time: null);
        await new FuzzRunner(Options(seed: 8), TextWriter.Null).RunAsync(() => new PlantedTarget(Defect.None, other), time: null);

        Assert.That(second, Is.EqualTo(first));
        Assert.That(other, Is.Not.EqualTo(first));
    }

    [Test]
    public async Task Report_Finding_NamesTheSeedAndFailsTheProgram()
    {
        using StringWriter output = new();

        int exitCode = await FuzzReport.SearchAsync(Options(seed: 5), [() => new PlantedTarget(Defect.WrongException)], output);

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output.ToString(), Does.StartWith("seed 5").And.Contain("of seed 5").And.Contain("inputs/s"));
    }

    [Test]
    public async Task Report_NoFinding_EndsWell() =>
        Assert.That(await FuzzReport.SearchAsync(Options(seed: 5), [() => new PlantedTarget(Defect.None)], TextWriter.Null), Is.Zero);

    private Task<FuzzResult> SearchAsync(Defect defect, TimeSpan? deadline = null) =>
        new FuzzRunner(Options(seed: 1) with { Deadline = deadline ?? TimeSpan.FromMinutes(1) }, TestContext.Out).RunAsync(() => new PlantedTarget(defect), time: null);

    private FuzzOptions Options(ulong seed) => new()
    {
        Seed = seed,
        Count = 3000,
        CorpusFolder = _folder,
    };
}
