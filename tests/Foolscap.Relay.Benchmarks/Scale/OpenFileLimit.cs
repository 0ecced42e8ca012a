using System.Globalization;

namespace Foolscap.Relay.Benchmarks.Scale;

/// <summary>How many files and sockets a process may have open. .NET has raised the soft limit to the hard one already.</summary>
internal static class OpenFileLimit
{
    /// <summary>What a process needs besides: assemblies, pipes, a few connections.</summary>
    private const int Others = 500;

    private const string LimitsFile = "/proc/self/limits";
    private const string Key = "Max open files";

    /// <summary>Looks whether a process may have so many sockets.</summary>
    /// <returns>What is wrong and what helps, or null; elsewhere than on Linux always null.</returns>
    public static string? FindProblem(int sockets)
    {
        if (Read() is not long limit || sockets + Others <= limit)
        {
            return null;
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{sockets:N0} Tubs or streams need {sockets + Others:N0} file descriptors in a process, and the limit is {limit:N0}. Raise it (ulimit -n {sockets + Others}; if that is refused, the hard limit is lower: /etc/security/limits.conf, or LimitNOFILE of systemd), or measure fewer (--tubs, --streams).");
    }

    private static long? Read()
    {
        if (!File.Exists(LimitsFile))
        {
            return null;
        }

        string? line = File.ReadLines(LimitsFile).FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal));
        string? soft = line?[Key.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) ? limit : null; // else it is "unlimited"
    }
}
