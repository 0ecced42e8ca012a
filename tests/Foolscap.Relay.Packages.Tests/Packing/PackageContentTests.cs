using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Text;
using System.Text.Json;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Packages.Tests.Packing;

/// <summary>What is in the packages, and in those of their symbols.</summary>
[NonParallelizable] // It builds.
internal sealed class PackageContentTests
{
    /// <summary>The kind of a debug record that holds SourceLink's map.</summary>
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    private SourceCopy _sources = null!;

    [OneTimeSetUp]
    public async Task PackAsync() => _sources = await Packed.GetSourcesAsync();

    [TestCaseSource(typeof(PackageList), nameof(PackageList.All))]
    public void Package_HasReadmeIconAndLicence(string name)
    {
        Package package = Package.Read(Packed.Feed, name);

        Assert.That(package.GetText("readme"), Is.EqualTo("README.md"));
        Assert.That(package["README.md"], Is.EqualTo(File.ReadAllBytes(Repository.GetPath("src", name, "README.md"))));
        Assert.That(Encoding.UTF8.GetString(package["README.md"]), Does.StartWith($"# {name}\n"));
        Assert.That(package.GetText("icon"), Is.EqualTo("icon.png"));
        Assert.That(ReadSize(package["icon.png"]), Is.EqualTo((128, 128)));
        Assert.That(package.GetText("license"), Is.EqualTo("MIT"));
        Assert.That(package.GetAttribute("license", "type"), Is.EqualTo("expression"));
        Assert.That(package["LICENSE"], Is.EqualTo(File.ReadAllBytes(Repository.GetPath("LICENSE"))));
    }

    [TestCaseSource(typeof(PackageList), nameof(PackageList.All))]
    public void Package_TellsWhatItIs(string name)
    {
        Package package = Package.Read(Packed.Feed, name);

        Assert.That(package.GetText("title"), Is.EqualTo(name));
        Assert.That(package.GetText("description"), Has.Length.GreaterThan(40).And.EndsWith("."));
        Assert.That(package.GetText("tags"), Does.Contain("foolscap"));
        Assert.That(package.GetText("releaseNotes"), Is.Not.Empty);
        Assert.That(package.GetText("copyright"), Does.Contain(package.GetText("authors")));
        Assert.That(File.ReadAllText(Repository.GetPath("LICENSE")), Does.Contain(package.GetText("copyright")));
    }

    [TestCaseSource(typeof(PackageList), nameof(PackageList.All))]
    public void Package_NamesItsCommit(string name)
    {
        Package package = Package.Read(Packed.Feed, name);

        Assert.That(package.GetAttribute("repository", "type"), Is.EqualTo("git"));
        Assert.That(package.GetAttribute("repository", "commit"), Is.EqualTo(_sources.Commit));
        Assert.That(package.GetAttribute("repository", "url"), Does.StartWith("https://"));
    }

    [TestCaseSource(typeof(PackageList), nameof(PackageList.All))]
    public void Dependencies_OfThisRepository_HaveTheOneVersion(string name)
    {
        Package package = Package.Read(Packed.Feed, name);

        Assert.That(package.GetText("version"), Is.EqualTo(SourceCopy.Version));
        Assert.That(package.Dependencies.Where(one => PackageList.All.Contains(one.Name)).Select(one => one.Version), Is.All.EqualTo(SourceCopy.Version));
    }

    [Test]
    public void Version_IsWrittenInOnePlace() => Assert.That(
        Directory.EnumerateFiles(Repository.GetPath("src"), "*.*proj", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Repository.GetPath("src"), "*.props"))
            .Where(file => File.ReadAllText(file).Contains("Version>", StringComparison.Ordinal)),
        Is.Empty);

    [TestCaseSource(typeof(PackageList), nameof(PackageList.Libraries))]
    public void Library_HasItsAssemblyAndItsDocumentation_AndNothingElse(string name)
    {
        Package package = Package.Read(Packed.Feed, name);

        Assert.That(package.Files.Where(file => file.StartsWith("lib/", StringComparison.Ordinal)), Is.EquivalentTo(new[]
        {
            $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml",
        }));
        Assert.That(Encoding.UTF8.GetString(package[$"lib/net10.0/{name}.xml"]), Does.Contain($"<name>{name}</name>"));
    }

    [TestCase("Foolscap.Relay", "PROTOCOL.md")]
    [TestCase("Foolscap.Relay.Hosting", "CONFIGURATION.md")]
    [TestCase("Foolscap.Relay.Server", "LIMITS.md")]
    [TestCase("Foolscap.Relay.Server", "METRICS.md")]
    [TestCase("Foolscap.Relay.Server", "SECURITY.md")]
    [TestCase("Foolscap.Relay.Tool", "TROUBLESHOOTING.md")]
    public void Package_HasThePageThatItsReadmeNames(string name, string page)
    {
        Package package = Package.Read(Packed.Feed, name);

        Assert.That(package[page], Is.EqualTo(File.ReadAllBytes(Repository.GetPath("src", name, page))));
        Assert.That(Encoding.UTF8.GetString(package["README.md"]), Does.Contain($"`{page}`"));
    }

    [Test]
    public void Furls_DependOnNothing() => Assert.That(Package.Read(Packed.Feed, "Foolscap.Furls").Dependencies, Is.Empty);

    [TestCaseSource(typeof(PackageList), nameof(PackageList.Libraries))]
    public void Symbols_LeadToTheSourcesOfTheCommit(string name)
    {
        byte[] symbols = Package.Read(Packed.Feed, name, "snupkg")[$"lib/net10.0/{name}.pdb"];

        Dictionary<string, string> map = ReadSourceLink(symbols);

        // The folder of the build is not told: that would differ from machine to machine.
        Assert.That(map.Keys.Single(), Is.EqualTo("/_/*"));
        Assert.That(map.Values.Single(), Does.StartWith("https://").And.EndsWith($"/{_sources.Commit}/*"));
    }

    [TestCaseSource(typeof(PackageList), nameof(PackageList.Libraries))]
    public void Library_IsValidatedWhenItIsPacked(string name) => Assert.That(
        Path.Combine(_sources.Folder, "src", name, "obj", "Release", "net10.0", "Microsoft.NET.ApiCompat.ValidatePackage.semaphore"), Does.Exist);

    [Test]
    public async Task Assemblies_OfAnotherBuildOfTheCommitAtAnotherPlace_AreTheSame()
    {
        string feed = Packed.GetFolder("second-feed");
        SourceCopy clone = await _sources.CloneAsync(Packed.GetFolder("second-sources-in-a-longer-folder"));
        await clone.PackAsync(feed, PackageList.Libraries);

        Assert.That(clone.Commit, Is.EqualTo(_sources.Commit));
        Assert.Multiple(() =>
        {
            foreach (string name in PackageList.Libraries)
            {
                string file = $"lib/net10.0/{name}.dll";
                Assert.That(Package.Read(feed, name)[file].AsSpan().SequenceEqual(Package.Read(Packed.Feed, name)[file]), Is.True, $"{name} differs.");
            }
        });
    }

    /// <summary>Width and height of a PNG file.</summary>
    private static (int Width, int Height) ReadSize(byte[] png) =>
        (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));

    private static Dictionary<string, string> ReadSourceLink(byte[] symbols)
    {
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(symbols));
        MetadataReader reader = provider.GetMetadataReader();
        BlobHandle json = reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation)
            .Single(one => reader.GetGuid(one.Kind) == SourceLink).Value;
        using JsonDocument document = JsonDocument.Parse(reader.GetBlobBytes(json));
        return document.RootElement.GetProperty("documents").Deserialize<Dictionary<string, string>>()!;
    }
}
