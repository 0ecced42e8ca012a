using System.Globalization;

namespace Foolscap.Relay.Server;

/// <summary>
/// How many files and sockets this process may have open. .NET has raised the soft limit to the hard one already. Only Linux
/// is asked. Thread-safe.
/// </summary>
public static class OpenFileLimit
{
    /// <summary>What a process needs besides: assemblies, pipes, logs.</summary>
    private const int Others = 500;

    private const string LimitsFile = "/proc/self/limits";
    private const string Key = "Max open files";

    /// <summary>Looks whether the process may have so many sockets.</summary>
    /// <param name="sockets">How many.</param>
    /// <returns>What is wrong and what helps; <see langword="null"/> if nothing is, or it cannot be known.</returns>
    public static string? FindProblem(long sockets) =>
        File.Exists(LimitsFile) ? FindProblem(sockets, File.ReadLines(LimitsFile)) : null;

    internal static string? FindProblem(long sockets, IEnumerable<string> limits)
    {
        string? line = limits.FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal));
        string? soft = line?[Key.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        if (!long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) || sockets + Others <= limit)
        {
            return null; // Else it is "unlimited".
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{sockets} connections need {sockets + Others} file descriptors, and the limit of this process is {limit}. Raise it (ulimit -n {sockets + Others}, or LimitNOFILE of systemd; if that is refused, the hard limit is lower: /etc/security/limits.conf), or ask for fewer.");
    }
}
