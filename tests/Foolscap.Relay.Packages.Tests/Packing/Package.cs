using System.IO.Compression;
using System.Xml.Linq;

namespace Foolscap.Relay.Packages.Tests.Packing;

/// <summary>The content of a package file.</summary>
internal sealed class Package
{
    private readonly Dictionary<string, byte[]> _files;
    private readonly XElement _metadata;

    private Package(Dictionary<string, byte[]> files)
    {
        _files = files;
        string manifest = files.Keys.Single(name => name.EndsWith(".nuspec", StringComparison.Ordinal));
        _metadata = XDocument.Load(new MemoryStream(files[manifest])).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    }

    public IEnumerable<string> Files => _files.Keys;

    /// <summary>What the package depends on: names and versions.</summary>
    public IEnumerable<(string Name, string Version)> Dependencies => _metadata.Descendants()
        .Where(element => element.Name.LocalName == "dependency")
        .Select(element => (element.Attribute("id")!.Value, element.Attribute("version")!.Value));

    public byte[] this[string file] => _files[file];

    /// <summary>Reads a package of a folder.</summary>
    /// <param name="feed">The folder.</param>
    /// <param name="name">The package's name.</param>
    /// <param name="extension">What kind of package: nupkg, or snupkg for that with the symbols.</param>
    public static Package Read(string feed, string name, string extension = "nupkg")
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(feed, $"{name}.{SourceCopy.Version}.{extension}"));
        return new Package(archive.Entries.ToDictionary(entry => entry.FullName, ReadEntry));
    }

    /// <summary>The text of an element of the manifest, or null.</summary>
    public string? GetText(string element) => Find(element)?.Value;

    /// <summary>An attribute of an element of the manifest, or null.</summary>
    public string? GetAttribute(string element, string attribute) => Find(element)?.Attribute(attribute)?.Value;

    private XElement? Find(string name) => _metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name);

    private static byte[] ReadEntry(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        using MemoryStream content = new();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
