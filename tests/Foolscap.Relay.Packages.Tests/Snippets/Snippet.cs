using System.Text;
using System.Text.RegularExpressions;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Packages.Tests.Snippets;

/// <summary>A piece of C# in a document.</summary>
/// <param name="Document">The document's path from the repository's top.</param>
/// <param name="Number">Which one it is in its document, from 1.</param>
/// <param name="Line">The line of the document where it begins.</param>
/// <param name="Code">Its text.</param>
internal sealed partial record Snippet(string Document, int Number, int Line, string Code)
{
    /// <summary>The main README, whose snippets take some names from the text around them.</summary>
    public const string MainReadme = "README.md";

    /// <summary>What the snippets that do not stand alone take from the program around them, apart from the names in <c>Given</c>.</summary>
    private const string GivenUsings = """
        using System.Net;
        using Foolscap.Furls;
        using Foolscap.Relay.Client;
        using Foolscap.Relay.Server;
        using Foolscap.Tubs;
        using Microsoft.AspNetCore.Builder;
        using Microsoft.AspNetCore.Hosting;
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.Hosting;
        """;

    /// <summary>Whether it is the first thing that a package shows, which has to work as it stands there.</summary>
    public bool StandsAlone => Number == 1 && Document != MainReadme;

    /// <summary>The name of the class that it becomes.</summary>
    public string ClassName => $"{(Document == MainReadme ? "Readme" : Path.GetFileName(Path.GetDirectoryName(Document)!).Replace('.', '_'))}_{Number}";

    /// <summary>All snippets of the main README and of the packages' readmes.</summary>
    public static IEnumerable<Snippet> ReadAll() =>
        PackageList.All.Select(name => $"src/{name}/README.md").Prepend(MainReadme)
            .SelectMany(document => Extract(document, File.ReadAllText(Repository.GetPath(document))));

    /// <summary>Finds the C# snippets of a document.</summary>
    public static IEnumerable<Snippet> Extract(string document, string text) => Fence().Matches(text).Select((match, index) => new Snippet(
        document, index + 1, text.AsSpan(0, match.Groups[1].Index).Count('\n') + 1, match.Groups[1].Value));

    /// <summary>
    /// Makes it a class with a method, so that one program can hold all of them: its usings come first, types that it declares
    /// last. The compiler's messages name the document and its line.
    /// </summary>
    public string ToClass()
    {
        StringBuilder usings = new(), body = new(), types = new();
        StringBuilder place = body;
        int number = Line;
        foreach (string line in Code.TrimEnd('\n').Split('\n'))
        {
            place = TypeDeclaration().IsMatch(line) ? types : place;
            StringBuilder target = Using().IsMatch(line) ? usings : place;
            target.Append($"#line {number++} \"{Document}\"\n{line}\n");
        }

        return $$"""
            {{(StandsAlone ? "" : GivenUsings)}}
            {{usings}}
            #line default
            namespace Consumer;
            internal sealed class {{ClassName}}{{(StandsAlone ? "" : " : Given")}}
            {
                public static async Task RunAsync(string[] args)
                {
            {{body}}
            #line default
                }
            }
            {{types}}
            """;
    }

    [GeneratedRegex(@"^```csharp\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    // Of "using X y = ..." there are declarations, too.
    [GeneratedRegex(@"^using (static )?[\w.]+;|^using \w+ = ")]
    private static partial Regex Using();

    [GeneratedRegex(@"^((public|internal|file|sealed|abstract|static|readonly|partial) )*(class|record|struct|interface|enum) ")]
    private static partial Regex TypeDeclaration();
}
