namespace Foolscap.Relay.Packages.Tests.Packing;

/// <summary>What several fixtures need and takes long to make: made once, when it is first needed, and deleted at the end.</summary>
[SetUpFixture]
internal sealed class Packed
{
    private static readonly Lazy<DirectoryInfo> LazyFolder = new(() => Directory.CreateTempSubdirectory("foolscap-packages-"));
    private static readonly Lazy<Task<SourceCopy>> LazySources = new(PackAsync);

    /// <summary>The folder with the packages, when <see cref="GetSourcesAsync"/> has ended.</summary>
    public static string Feed => GetFolder("feed");

    /// <summary>The sources of which the packages in <see cref="Feed"/> are made.</summary>
    public static Task<SourceCopy> GetSourcesAsync() => LazySources.Value;

    /// <summary>A folder for the files of one fixture.</summary>
    public static string GetFolder(string name) => Path.Combine(LazyFolder.Value.FullName, name);

    [OneTimeTearDown]
    public void Delete()
    {
        if (LazyFolder.IsValueCreated)
        {
            LazyFolder.Value.Delete(recursive: true);
        }
    }

    private static async Task<SourceCopy> PackAsync()
    {
        SourceCopy sources = await SourceCopy.CreateAsync(GetFolder("sources"));
        await sources.PackAsync(Feed);
        return sources;
    }
}
