namespace Foolscap.Relay.Packages.Tests.Snippets;

/// <summary>How snippets are found and made compilable.</summary>
internal sealed class SnippetTests
{
    private const string Text = "# Title\n\n```csharp\nusing System.Net;\n\nusing Tub a = new();\nint b = 1;\n\ninternal sealed class C\n{\n}\n```\n\n```python\npass\n```\n\n```csharp\nb();\n```\n";

    [Test]
    public void Extract_TakesTheOnesInCSharp_WithTheirLines()
    {
        Snippet[] found = [.. Snippet.Extract("src/Foolscap.Tubs/README.md", Text)];

        Assert.That(found.Select(one => (one.Number, one.Line, one.ClassName, one.StandsAlone)), Is.EqualTo(new[]
        {
            (1, 4, "Foolscap_Tubs_1", true), (2, 19, "Foolscap_Tubs_2", false),
        }));
        Assert.That(found[1].Code, Is.EqualTo("b();\n"));
    }

    [Test]
    public void ToClass_UsingsComeFirst_AndTypesLast()
    {
        string code = Snippet.Extract("README.md", Text).First().ToClass();

        string[] expected = ["using System.Net;", "class Readme_1 : Given", "RunAsync", "using Tub a", "int b", "internal sealed class C"];
        Assert.That(expected.Select(part => code.IndexOf(part, StringComparison.Ordinal)), Is.Ordered.And.None.EqualTo(-1));
        Assert.That(code, Does.Contain("#line 6 \"README.md\"\nusing Tub a = new();"));
    }
}
