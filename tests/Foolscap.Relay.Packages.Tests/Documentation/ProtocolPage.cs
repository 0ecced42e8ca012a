using System.Text.RegularExpressions;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Packages.Tests.Documentation;

/// <summary>The page that tells implementers of the protocol.</summary>
internal static partial class ProtocolPage
{
    public static string Text { get; } = File.ReadAllText(Repository.GetPath("src", "Foolscap.Relay", "PROTOCOL.md"));

    /// <summary>Its program in Python.</summary>
    public static string Program => PythonFence().Match(Text).Groups[1].Value;

    /// <summary>The texts that it says a peer reads: in the first column of its tables of errors.</summary>
    public static IEnumerable<string> Errors => ErrorRow().Matches(Text)
        .Select(match => StatusLine().Replace(match.Groups[1].Value, ""))
        .Where(text => !text.StartsWith('<'));

    [GeneratedRegex(@"^```python\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex PythonFence();

    // Keys and signatures are single words, or begin with a method; an error is a sentence.
    [GeneratedRegex(@"^\| `([^`]* [^`]* [^`]*)` \|", RegexOptions.Multiline)]
    private static partial Regex ErrorRow();

    [GeneratedRegex(@"^HTTP/1\.1 \d+ [\w ]+: ")]
    private static partial Regex StatusLine();
}
