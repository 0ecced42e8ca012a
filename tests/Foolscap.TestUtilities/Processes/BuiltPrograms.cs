namespace Foolscap.TestUtilities.Processes;

/// <summary>Finds the programs of this repository that are built with the one that runs, in the same configuration.</summary>
public static class BuiltPrograms
{
    /// <summary>Where a built sample is.</summary>
    /// <param name="name">The sample's name.</param>
    /// <param name="given">Where it is instead, if that was given.</param>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public static string Find(string name, FileInfo? given = null) => Check(name, given?.FullName ?? Locate("samples", name));

    /// <summary>Where a built program of the folder tests is.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public static string FindInTests(string name) => Check(name, Locate("tests", name));

    private static string Locate(string folder, string name)
    {
        // The program that runs is in bin/<configuration>/<framework>/, and so is every other one.
        DirectoryInfo framework = new(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Repository.GetPath(folder, name, "bin", framework.Parent!.Name, framework.Name, $"{name}.dll");
    }

    private static string Check(string name, string path) =>
        File.Exists(path) ? path : throw new FileNotFoundException($"{name} is not built.", path);
}
