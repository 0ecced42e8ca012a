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

    /// <summary>Lets what is restored in a folder come from <see cref="Feed"/>, and from no other source.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="more">What else stands in its configuration.</param>
    public static void WriteConfig(string folder, string more = "") => File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
        <configuration>
          <packageSources><clear /><add key="made by this test" value="{Feed}" /></packageSources>
          {more}
        </configuration>
        """);

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
        await sources.PackAsync(Feed, PackageList.All);
        return sources;
    }
}
