using System.Text;

namespace Foolscap.Tubs;

/// <summary>Files that hold a secret: a Tub's private key, a FURL.</summary>
public static class SecretFile
{
    /// <summary>
    /// Writes a file that only its owner may read. It is written beside the old one, brought to disk and then put in its
    /// place, so that a crash leaves the one or the other.
    /// </summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="content">The text, written as UTF-8.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, string content) => Write(path, content, overwrite: true);

    internal static void Write(string path, string content, bool overwrite)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string beside = $"{path}.{Guid.NewGuid():N}.tmp";
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using (FileStream file = new(beside, options))
            {
                file.Write(Encoding.UTF8.GetBytes(content));
                file.Flush(flushToDisk: true);
            }

            File.Move(beside, path, overwrite);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }
}
