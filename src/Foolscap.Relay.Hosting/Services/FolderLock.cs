using System.Globalization;

namespace Foolscap.Relay.Hosting.Services;

/// <summary>
/// Keeps a second process out of a relay's folder: both would be one relay for everybody else, and write one FURL over the
/// other's. The system ends the lock with the process, however that ends.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    private FileStream? _lock;
    private readonly string _processFile;

    private FolderLock(FileStream? held, string processFile) => (_lock, _processFile) = (held, processFile);

    /// <summary>Takes a folder.</summary>
    /// <param name="folder">The folder, which is there.</param>
    /// <param name="key">The key of the configuration that names it.</param>
    /// <exception cref="RelayServiceException">Another process has it.</exception>
    public static FolderLock Take(string folder, string key)
    {
        string path = Path.Combine(folder, "relay.lock");
        string processFile = Path.Combine(folder, "relay.pid");
        FileStream held;
        try
        {
            held = Open(path, FileMode.OpenOrCreate);
        }
        catch (IOException exception) when (IsTaken(exception))
        {
            throw new RelayServiceException($"{folder} ({key}) is in use by {DescribeHolder(processFile)}: each relay needs a folder of its own, because who it is stands in it.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A folder in which nothing can be written is no place for a lock, and need not be: what it holds stays as it is.
            return new FolderLock(null, processFile);
        }

        try
        {
            // Beside it: nobody else can read a file that is locked.
            using StreamWriter writer = new(Open(processFile, FileMode.Create));
            writer.Write($"{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}\n");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is for a message only.
        }

        return new FolderLock(held, processFile);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _lock, null) is not FileStream held)
        {
            return;
        }

        try
        {
            File.Delete(_processFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It tells nothing without the lock.
        }

        // Not deleted: somebody who has just opened the file would lock one that is not there any more.
        held.Dispose();
    }

    private static FileStream Open(string path, FileMode mode)
    {
        FileStreamOptions options = new() { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    /// <summary>Sharing and lock violations of Windows, and what stands for them elsewhere: EWOULDBLOCK of Linux and of macOS.</summary>
    private static bool IsTaken(IOException exception) => OperatingSystem.IsWindows()
        ? (exception.HResult & 0xFFFF) is 32 or 33
        : exception.HResult is 11 or 35;

    private static string DescribeHolder(string processFile)
    {
        try
        {
            return $"process {int.Parse(File.ReadAllText(processFile), NumberStyles.Integer, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return "another process";
        }
    }
}
