namespace StorageServer;

/// <summary>The folder with the blobs. A blob is there whole, with the hash that it is named by, or not at all.</summary>
internal sealed class BlobFolder
{
    private readonly string _path;

    public BlobFolder(string path, long maxBlobBytes)
    {
        (_path, MaxBlobBytes) = (path, maxBlobBytes);
        Directory.CreateDirectory(path);
        foreach (string left in Directory.EnumerateFiles(path, "*.part"))
        {
            File.Delete(left); // Of a process that was killed.
        }
    }

    public long MaxBlobBytes { get; }

    public bool Has(BlobHash hash) => File.Exists(PathOf(hash));

    public FileStream Create() => new(Path.Combine(_path, $"{Guid.NewGuid():N}.part"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);

    /// <summary>Opens a blob; null if there is none.</summary>
    public FileStream? Open(BlobHash hash)
    {
        try
        {
            return new FileStream(PathOf(hash), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Puts a file that is complete, and on disk, into its place. Another one of the same hash is the same blob.</summary>
    public void Keep(string path, BlobHash hash) => File.Move(path, PathOf(hash), overwrite: true);

    private string PathOf(BlobHash hash) => Path.Combine(_path, hash.Text);
}
