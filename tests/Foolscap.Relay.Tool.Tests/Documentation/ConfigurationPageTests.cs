using System.Text.RegularExpressions;
using Foolscap.Relay.Hosting;
using Foolscap.Relay.Tool.Configuration;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Tool.Tests.Documentation;

/// <summary>The page of the configuration says what the code reads.</summary>
internal sealed partial class ConfigurationPageTests
{
    private static readonly string Page = File.ReadAllText(Repository.GetPath("src", "Foolscap.Relay.Hosting", "CONFIGURATION.md"));

    private static readonly IEnumerable<string> Sections = ToolSchema.Sections.Select(one => one.Section);

    [TestCaseSource(nameof(Sections))]
    public void Table_OfASection_HasEveryKeyAsTheCodeDescribesIt(string section)
    {
        IEnumerable<string> told = Page.Split("\n## ").Single(part => part.StartsWith(section + '\n', StringComparison.Ordinal))
            .Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal));

        Assert.That(told, Is.EqualTo(ToolSchema.Sections.Single(one => one.Section == section).Keys.Select(Row)));
    }

    [Test]
    public void FirstExample_HasNoFaults()
    {
        using TestFolder folder = new();
        string file = folder.Write("relay.json", Example().Match(Page).Groups[1].Value);

        using ToolConfiguration configuration = ToolConfiguration.Load(file, [], withEnvironment: false);

        Assert.That(ToolSchema.FindFaults(configuration, RelayConfiguration.ServerSection), Is.Empty);
    }

    private static string Row(ConfigurationKey key)
    {
        string type = key.Type + (key.AppliesLive ? ", live" : "") + (key.IsSecret && key.Type != "secret" ? ", secret" : "");
        return $"| `{key.Name}` | {type} | {key.Default} | {key.Meaning} Allowed: {key.Allowed} |";
    }

    [GeneratedRegex("^```json\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
