using System.Text.RegularExpressions;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Packages.Tests.Documentation;

/// <summary>Links between the documents lead somewhere, also for those who have a package only.</summary>
internal sealed partial class LinkTests
{
    private static readonly string[] Pages =
    [
        "README.md",
        "samples/python/README.md",
        .. PackageList.All.SelectMany(name => Directory.GetFiles(Repository.GetPath("src", name), "*.md")).Select(file => $"src/{Path.GetFileName(Path.GetDirectoryName(file))}/{Path.GetFileName(file)}"),
    ];

    [TestCaseSource(nameof(Pages))]
    public void Links_OfAPage_LeadToAFileOrAHeading(string page) => Assert.That(LinksOf(page).Where(link => !Exists(page, link)), Is.Empty);

    /// <summary>What is shipped in a package stands beside its package's files, and not in the repository.</summary>
    [TestCaseSource(nameof(Pages))]
    public void Links_OfAPageInAPackage_NeedNoFileOfTheRepository(string page) => Assert.That(
        LinksOf(page).Where(link => page.StartsWith("src/", StringComparison.Ordinal) && !link.StartsWith('#')), Is.Empty);

    [Test]
    public void MainReadme_NamesEveryOtherPage() => Assert.That(
        Pages.Where(page => page.StartsWith("src/", StringComparison.Ordinal)),
        Is.SubsetOf(LinksOf("README.md").Select(link => link.Split('#')[0])));

    private static bool Exists(string page, string link)
    {
        string[] parts = link.Split('#');
        string target = parts[0].Length == 0 ? Repository.GetPath(page) : Path.Combine(Path.GetDirectoryName(Repository.GetPath(page))!, parts[0]);
        return parts.Length == 1
            ? Path.Exists(target)
            : File.Exists(target) && Heading().Matches(File.ReadAllText(target)).Any(heading => Anchor(heading.Groups[1].Value) == parts[1]);
    }

    /// <summary>The links that do not leave the repository.</summary>
    private static IEnumerable<string> LinksOf(string page) => Link()
        .Matches(File.ReadAllText(Repository.GetPath(page)))
        .Select(link => link.Groups[1].Value)
        .Where(link => !link.StartsWith("https://", StringComparison.Ordinal));

    private static string Anchor(string heading) => NotInAnchors().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("[^a-z0-9 -]")]
    private static partial Regex NotInAnchors();
}
