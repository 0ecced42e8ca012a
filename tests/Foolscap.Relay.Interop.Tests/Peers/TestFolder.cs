namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>A folder of its own for the files of one test.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("foolscap-interop-");

    public string FullName => _folder.FullName;

    public string this[string name] => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
