using System.Text.RegularExpressions;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Packages.Tests.Documentation;

/// <summary>The page of messages quotes the programs as they are: whoever searches it for what he has read finds it.</summary>
internal sealed partial class TroubleshootingPageTests
{
    private const string Page = "src/Foolscap.Relay.Tool/TROUBLESHOOTING.md";

    private static readonly Lazy<string> Sources = new(() => string.Join('\n', Directory
        .EnumerateFiles(Repository.GetPath("src"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !BuildOutput().IsMatch(file))
        .Select(File.ReadAllText)));

    [TestCaseSource(nameof(Messages))]
    public void Message_OfThePage_IsInTheCode(string message)
    {
        string[] fixedParts = [.. message.Split('…', StringSplitOptions.TrimEntries).Where(part => part.Any(char.IsLetter))];
        Assert.That(fixedParts, Is.Not.Empty);
        Assert.That(fixedParts.Where(part => !Sources.Value.Contains(part, StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Page_HasManyMessages() => Assert.That(Messages().Count(), Is.GreaterThan(40));

    /// <summary>The message is the last cell before what to do, in the tables of two columns and of three.</summary>
    private static IEnumerable<TestCaseData> Messages() => Row()
        .Matches(File.ReadAllText(Repository.GetPath(Page)))
        .Select(row => new TestCaseData(row.Groups[1].Value).SetArgDisplayNames(row.Groups[1].Value));

    [GeneratedRegex(@"^\| (?:\w+ \| )?`([^`]+)` \| [^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"[/\\](bin|obj)[/\\]")]
    private static partial Regex BuildOutput();
}
