using Foolscap.TestUtilities;

namespace Foolscap.Relay.Packages.Tests.Packing;

/// <summary>
/// The sources as a git repository of their own, as somebody has them who clones: nothing that was built, one commit, and a
/// remote. What is made of it does not depend on the state of the folder in which the tests run.
/// </summary>
internal sealed class SourceCopy
{
    /// <summary>SourceLink needs to know the kind of host. Nothing connects to it.</summary>
    private const string Remote = "https://github.com/example/foolscap-relay";

    private static readonly string[] Folders = ["src", "samples"];
    private static readonly string[] NotSources = ["bin", "obj"];

    private SourceCopy(string folder, string commit) => (Folder, Commit) = (folder, commit);

    /// <summary>A version that no release has, so that no cache holds a package of that name.</summary>
    public static string Version { get; } = PackageList.Version + "-packages.test";

    public string Folder { get; }

    public string Commit { get; }

    /// <summary>Copies the files of this repository that packages are made of, and commits them.</summary>
    public static async Task<SourceCopy> CreateAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(Repository.GetPath()).Where(file => Path.GetFileName(file) != ".git"))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        foreach (string name in Folders)
        {
            CopyFolder(new DirectoryInfo(Repository.GetPath(name)), Path.Combine(folder, name));
        }

        await Command.GitAsync(folder, "init", "--quiet", "--initial-branch=main");
        await Command.GitAsync(folder, "add", "--all");
        await Command.GitAsync(folder, "commit", "--quiet", "--message=The sources");
        return await OpenAsync(folder, "add");
    }

    /// <summary>Clones it: the same commit at another place.</summary>
    public async Task<SourceCopy> CloneAsync(string folder)
    {
        await Command.GitAsync(Folder, "clone", "--quiet", Folder, folder);
        return await OpenAsync(folder, "set-url");
    }

    /// <summary>Makes the packages, with all warnings as errors, as a release is built.</summary>
    /// <param name="feed">The folder for them.</param>
    /// <param name="names">Which ones.</param>
    public Task PackAsync(string feed, IEnumerable<string> names)
    {
        // One build for all of them; the command line knows only projects one by one, or a solution with everything else.
        string projects = string.Join(';', names.Select(name => $"src/{name}/{name}.csproj"));
        File.WriteAllText(Path.Combine(Folder, "obj.packages.proj"), $"""
            <Project>
              <ItemGroup><Packable Include="{projects}" /></ItemGroup>
              <Target Name="Pack">
                <MSBuild Projects="@(Packable)" Targets="Restore" Properties="MSBuildRestoreSessionId=1" />
                <MSBuild Projects="@(Packable)" Targets="Pack" BuildInParallel="true" />
              </Target>
            </Project>
            """);
        return Command.DotnetAsync(
            Folder, ["msbuild", "obj.packages.proj", "-target:Pack", "-maxCpuCount", "-warnAsError", "-verbosity:minimal", $"-property:PackageOutputPath={feed}", .. Properties]);
    }

    /// <summary>Publishes a sample for this machine, trimmed; a warning of the trimmer fails.</summary>
    public Task PublishTrimmedAsync(string sample, string output) => Command.DotnetAsync(
        Folder, ["publish", $"samples/{sample}", "--self-contained", "--use-current-runtime", "--output", output, "-warnAsError",
            "-property:PublishTrimmed=true", "-property:TrimmerSingleWarn=false", .. Properties]);

    /// <summary>The analyzers have run when this repository was built, and cost a minute.</summary>
    private static string[] Properties =>
        ["-property:Configuration=Release", "-property:ContinuousIntegrationBuild=true", $"-property:Version={Version}", "-property:RunAnalyzers=false"];

    private static async Task<SourceCopy> OpenAsync(string folder, string remoteCommand)
    {
        await Command.GitAsync(folder, "remote", remoteCommand, "origin", Remote);
        return new SourceCopy(folder, (await Command.GitAsync(folder, "rev-parse", "HEAD")).Trim());
    }

    private static void CopyFolder(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (FileInfo file in from.GetFiles())
        {
            file.CopyTo(Path.Combine(to, file.Name));
        }

        foreach (DirectoryInfo folder in from.GetDirectories().Where(folder => !NotSources.Contains(folder.Name)))
        {
            CopyFolder(folder, Path.Combine(to, folder.Name));
        }
    }
}
