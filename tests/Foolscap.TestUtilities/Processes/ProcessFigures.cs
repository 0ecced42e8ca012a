using System.Globalization;

namespace Foolscap.TestUtilities.Processes;

/// <summary>What a process holds, by the kernel's count.</summary>
/// <param name="Rss">Bytes in memory.</param>
/// <param name="Own">Those of them that are no pages of files: code that was run lately stays in memory while there is room for it.</param>
/// <param name="Handles">Open file descriptors, without the files of assemblies: the runtime opens those when it first needs them.</param>
/// <param name="Threads">Threads.</param>
public readonly record struct ProcessFigures(long Rss, long Own, int Handles, int Threads)
{
    /// <summary>Reads the figures of a process.</summary>
    /// <returns>Them, or null if it has ended.</returns>
    public static ProcessFigures? TryRead(int processId)
    {
        try
        {
            string folder = $"/proc/{processId}";
            string[] status = File.ReadAllLines($"{folder}/status");
            long kibibytes = ReadNumber(status, "VmRSS:");
            long own = ReadNumber(status, "RssAnon:") + ReadNumber(status, "RssShmem:");
            int handles = Directory.EnumerateFiles($"{folder}/fd").Count(file => !IsAssembly(new FileInfo(file).LinkTarget));
            return new ProcessFigures(kibibytes * 1024, own * 1024, handles, (int)ReadNumber(status, "Threads:"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return null; // It has just ended: a zombie has no memory any more.
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rss / 1e6:0.0} MB, own {Own / 1e6:0.0} {Handles} h {Threads} t");

    private static bool IsAssembly(string? path) =>
        path is not null && (path.EndsWith(".dll", StringComparison.Ordinal) || path.EndsWith(".pdb", StringComparison.Ordinal));

    private static long ReadNumber(string[] status, string key)
    {
        string line = status.First(line => line.StartsWith(key, StringComparison.Ordinal));
        return long.Parse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
