using System.Reflection;
using Foolscap.Relay.Packages.Tests.Snippets;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Packages.Tests.Packing;

/// <summary>
/// A new project takes the packages from a folder, compiles every C# snippet of the documents, and runs. What it does not
/// find there, Microsoft's packages, comes from where the build of this repository has put them.
/// </summary>
[NonParallelizable] // It builds.
internal sealed class ConsumerTests
{
    private readonly Snippet[] _snippets = [.. Snippet.ReadAll()];
    private string _folder = null!;
    private string _packages = null!;

    [OneTimeSetUp]
    public async Task BuildAsync()
    {
        await Packed.GetSourcesAsync();
        _folder = Packed.GetFolder("consumer");
        _packages = Packed.GetFolder("consumer-packages");
        Directory.CreateDirectory(_folder);
        foreach (string file in Directory.GetFiles(Repository.GetPath("tests", "Foolscap.Relay.Packages.Tests", "Consumer")))
        {
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        }

        foreach (Snippet snippet in _snippets)
        {
            File.WriteAllText(Path.Combine(_folder, $"Snippet.{snippet.ClassName}.cs"), snippet.ToClass());
        }

        string cache = (await Command.DotnetAsync(_folder, "nuget", "locals", "global-packages", "--list")).Split(": ")[1].Trim();
        Packed.WriteConfig(_folder, $"""<fallbackPackageFolders><clear /><add key="what the build has restored" value="{cache}" /></fallbackPackageFolders>""");
        string references = string.Concat(PackageList.Libraries.Select(name => $"<PackageReference Include=\"{name}\" Version=\"{SourceCopy.Version}\" />"));
        File.WriteAllText(Path.Combine(_folder, "Directory.Build.props"), $"""
            <Project>
              <PropertyGroup><RestorePackagesPath>{_packages}</RestorePackagesPath></PropertyGroup>
              <ItemGroup>{references}</ItemGroup>
            </Project>
            """);
        await Command.DotnetAsync(_folder, "build", "--output", Path.Combine(_folder, "out"));
    }

    [Test]
    public void Packages_ComeFromTheFolder() => Assert.That(
        Directory.GetDirectories(_packages).Select(Path.GetFileName),
        Is.SupersetOf(PackageList.Libraries.Select(name => name.ToLowerInvariant())));

    [Test]
    public async Task Program_WithThePackages_CallsThroughARelay() => Assert.That(await RunAsync(), Is.EqualTo("Hello, packages!\n"));

    [Test]
    public async Task FurlsSnippet_PrintsWhatItSays()
    {
        string promised = Find("Foolscap.Furls").Code.Split('\n').Last(line => line.StartsWith("// ", StringComparison.Ordinal))[3..];

        string output = await RunAsync(Find("Foolscap.Furls").ClassName);

        Assert.That(output, Does.EndWith($"\n{promised}\n"));
    }

    [Test]
    public async Task TubsSnippet_Greets() => Assert.That(await RunAsync(Find("Foolscap.Tubs").ClassName), Is.EqualTo("Hello, world!\n"));

    [Test]
    public async Task ServerSnippet_PrintsItsRegistrarsFurl() =>
        Assert.That(await RunAsync(Find("Foolscap.Relay.Server").ClassName), Does.Match(@"^pb://[a-z2-7]{32}@tcp:relay\.example\.org:\d+/[a-z2-7]{32}\n$"));

    /// <summary>That it compiles, this fixture has shown by being set up.</summary>
    [TestCaseSource(typeof(PackageList), nameof(PackageList.Libraries))]
    public void Readme_OfAPackageWithAnApi_ShowsASnippet(string name) => Assert.That(
        _snippets.Any(snippet => snippet.Document == $"src/{name}/README.md"), Is.EqualTo(Assembly.Load(name).GetExportedTypes().Length > 0));

    private Snippet Find(string name) => _snippets.Single(snippet => snippet.Document == $"src/{name}/README.md" && snippet.Number == 1);

    /// <summary>Runs the program in a folder for the files that it writes.</summary>
    private Task<string> RunAsync(params string[] arguments)
    {
        string work = Path.Combine(_folder, "work");
        Directory.CreateDirectory(work);
        return Command.DotnetAsync(work, [Path.Combine(_folder, "out", "Consumer.dll"), .. arguments]);
    }
}
