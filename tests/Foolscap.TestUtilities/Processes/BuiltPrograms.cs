namespace Foolscap.TestUtilities.Processes;

/// <summary>Finds the sample programs, which are built with this one, in the same configuration.</summary>
public static class BuiltPrograms
{
    /// <summary>Where a built sample is.</summary>
    /// <param name="name">The sample's name.</param>
    /// <param name="given">Where it is instead, if that was given.</param>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public static string Find(string name, FileInfo? given)
    {
        // This program is in bin/<configuration>/<framework>/, and so is every sample.
        DirectoryInfo framework = new(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        string path = given?.FullName ?? Repository.GetPath("samples", name, "bin", framework.Parent!.Name, framework.Name, $"{name}.dll");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{name} is not built.", path);
    }
}
