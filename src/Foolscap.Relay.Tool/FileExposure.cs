using System.Runtime.Versioning;

namespace Foolscap.Relay.Tool;

/// <summary>Looks whether any user of the machine may read a file.</summary>
internal static class FileExposure
{
    /// <summary>Whether others may read a file and reach it. Not known on Windows, nor if it cannot be looked at: then not.</summary>
    public static bool IsForAll(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        try
        {
            string full = Path.GetFullPath(path);
            return IsForAll(File.GetUnixFileMode(full), FoldersOf(full).Select(File.GetUnixFileMode));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>A file that all may read is kept from them by any folder above it that they may not enter.</summary>
    [UnsupportedOSPlatform("windows")]
    public static bool IsForAll(UnixFileMode file, IEnumerable<UnixFileMode> folders) =>
        file.HasFlag(UnixFileMode.OtherRead) && folders.All(folder => folder.HasFlag(UnixFileMode.OtherExecute));

    private static IEnumerable<string> FoldersOf(string path)
    {
        for (string? folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            yield return folder;
        }
    }
}
