using Foolscap.TestUtilities;

namespace Foolscap.Relay.Hosting.Tests.Support;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("foolscap-hosting-");

    public string Path => _folder.FullName;

    /// <summary>The path of a file or folder in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>The folder of a relay that has its certificate already: making one takes a good part of a second.</summary>
    public string RelayFolder(string name = "relay")
    {
        Directory.CreateDirectory(this[name]);
        TestCertificates.High.Save(System.IO.Path.Combine(this[name], "relay.pem"));
        return this[name];
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
