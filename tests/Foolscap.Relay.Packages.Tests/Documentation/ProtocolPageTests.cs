using System.Reflection;
using System.Text.RegularExpressions;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Packages.Tests.Documentation;

/// <summary>The page of the protocol says what the code says.</summary>
internal sealed partial class ProtocolPageTests
{
    private static readonly Lazy<string> LazySources = new(ReadSources);

    [TestCaseSource(nameof(Names))]
    public void Page_TellsOfEveryNameOfTheProtocol(string name) => Assert.That(ProtocolPage.Text, Does.Match($@"`""?{Regex.Escape(name)}\b|GET {Regex.Escape(name)}"));

    [Test]
    public void Page_TellsTheNumbersOfTheProtocol()
    {
        Assert.That(ProtocolPage.Text, Does.Contain($"| `version` | {RelayProtocol.Version} |"));
        Assert.That(ProtocolPage.Text, Does.Contain($"1 to {RelayProtocol.MaxWriteSize:N0} bytes"));
        Assert.That(ProtocolPage.Text, Does.Contain($"{RelayProtocol.DefaultWindow:N0} if it is not there"));
    }

    /// <summary>Somebody will search for these texts, here and in the code.</summary>
    [TestCaseSource(typeof(ProtocolPage), nameof(ProtocolPage.Errors))]
    public void Error_OnThePage_IsOneOfTheCode(string text)
    {
        // What differs from case to case: names in angle brackets, numbers, and the method that is called.
        IEnumerable<string> parts = Varying().Split(text).Select(part => part.Trim()).Where(part => part.Length > 3);

        Assert.That(parts, Is.Not.Empty);
        Assert.That(parts.Where(part => !LazySources.Value.Contains(part, StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Errors_OnThePage_AreFound() => Assert.That(ProtocolPage.Errors.Count(), Is.GreaterThan(25));

    private static IEnumerable<string> Names() => typeof(RelayProtocol).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => field.GetRawConstantValue()).OfType<string>();

    private static string ReadSources() => string.Concat(Directory
        .EnumerateFiles(Repository.GetPath("src"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Select(File.ReadAllText));

    [GeneratedRegex(@"<[^>]*>|\b\d+\b|\bregister\b|register\(\)|\bevents\b")]
    private static partial Regex Varying();
}
