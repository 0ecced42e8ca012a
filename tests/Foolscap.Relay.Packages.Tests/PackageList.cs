using System.Xml.Linq;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Packages.Tests;

/// <summary>The packages of this repository: every project in src is one.</summary>
internal static class PackageList
{
    /// <summary>The libraries, which programs reference; the names of package, project and assembly are the same.</summary>
    public static IEnumerable<string> Libraries => All.Except(Tools);

    /// <summary>The packages that are installed as commands.</summary>
    public static IEnumerable<string> Tools => All.Where(name => Read(ProjectOf(name), "PackAsTool") == "true");

    /// <summary>All of them.</summary>
    public static IEnumerable<string> All => Directory.GetDirectories(Repository.GetPath("src"))
        .Select(folder => Path.GetFileName(folder)!)
        .Where(name => File.Exists(ProjectOf(name)))
        .Order(StringComparer.Ordinal);

    /// <summary>The one place that holds the version.</summary>
    public static string Version { get; } = Read(Repository.GetPath("Directory.Build.props"), "Version")!;

    private static string ProjectOf(string name) => Repository.GetPath("src", name, name + ".csproj");

    private static string? Read(string project, string property) => XDocument.Load(project).Descendants(property).SingleOrDefault()?.Value;
}
