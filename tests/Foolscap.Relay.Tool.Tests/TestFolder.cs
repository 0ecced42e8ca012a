namespace Foolscap.Relay.Tool.Tests;

/// <summary>A folder of its own for the files of one test.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("foolscap-tool-");

    public string FullName => _folder.FullName;

    public string this[string name] => Path.Combine(_folder.FullName, name);

    public string Write(string name, string content)
    {
        string path = this[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
