using System.Diagnostics;
using System.Globalization;

namespace Foolscap.Relay.AspNetCore.Metrics;

/// <summary>What Prometheus's clients tell of every process, under the names that dashboards know.</summary>
internal static class ProcessMetrics
{
    public static void Write(PrometheusWriter writer)
    {
        using Process process = Process.GetCurrentProcess();
        WriteOne(writer, "process_cpu_seconds_total", "counter", "User and system processor time spent, in seconds.", process.TotalProcessorTime.TotalSeconds);
        WriteOne(writer, "process_resident_memory_bytes", "gauge", "Resident memory size, in bytes.", process.WorkingSet64);
        WriteOne(writer, "process_start_time_seconds", "gauge", "When the process was started, in seconds since 1970.",
            new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds() / 1000.0);
        WriteOne(writer, "process_threads", "gauge", "Threads of the operating system.", process.Threads.Count);
        if (OperatingSystem.IsLinux())
        {
            WriteFiles(writer);
        }
    }

    private static void WriteOne(PrometheusWriter writer, string name, string type, string help, double value)
    {
        writer.Begin(name, help, type);
        writer.Sample(name, "", value);
    }

    private static void WriteFiles(PrometheusWriter writer)
    {
        try
        {
            int open = Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
            string? limit = File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
            WriteOne(writer, "process_open_fds", "gauge", "Open file descriptors.", open);
            if (limit?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, string soft, ..]
                && double.TryParse(soft, CultureInfo.InvariantCulture, out double most))
            {
                WriteOne(writer, "process_max_fds", "gauge", "How many file descriptors may be open.", most);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A hardened system may hide it, and the other metrics are worth as much without.
        }
    }
}
