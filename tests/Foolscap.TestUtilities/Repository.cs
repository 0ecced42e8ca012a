namespace Foolscap.TestUtilities;

/// <summary>Finds the files of this repository from wherever the tests run.</summary>
public static class Repository
{
    private static readonly Lazy<string> LazyRoot = new(FindRoot);

    /// <summary>The full path of a file or folder.</summary>
    /// <param name="parts">The path from the repository's top.</param>
    public static string GetPath(params string[] parts) => Path.Combine([LazyRoot.Value, .. parts]);

    private static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Directory.Exists(Path.Combine(folder, "tests", "vectors")))
            {
                return folder;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds tests/vectors.");
    }
}
