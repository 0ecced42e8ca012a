using System.Globalization;
using Foolscap.Relay.Benchmarks.Network;
using Foolscap.Relay.Benchmarks.Reporting;

namespace Foolscap.Relay.Benchmarks.Scale;

/// <summary>The tables, and the file to plot.</summary>
internal static class ScaleReport
{
    public const string Tubs = "registered Tubs";

    private const double Megabyte = 1e6;
    private const double Kibibyte = 1024;

    public static string StreamsOf(RelayWay way) => way == RelayWay.Direct ? "idle direct streams" : "idle streams";

    public static void Print(string what, IReadOnlyList<ScalePoint> points)
    {
        if (points.Count == 0)
        {
            return;
        }

        bool areStreams = what != Tubs;
        string each = areStreams ? "stream" : "Tub";
        TextTable table = new([
            what, "time, s", $"per {each}, ms", "relay CPU, ms", "relay, MB", "KiB each", .. areStreams ? ["client, MB", "KiB each"] : (string[])[], "p50, µs", "idle CPU, %"]);
        foreach (ScalePoint point in points)
        {
            table.Add([
                Format("N0", point.Count),
                Format("N1", point.Growing.TotalSeconds),
                Format("N2", point.Growing.TotalMilliseconds / point.Added),
                Format("N2", point.GrowingCpu.TotalMilliseconds / point.Added),
                Format("N1", point.RelayBytes / Megabyte),
                Format("N1", point.RelayBytesEach / Kibibyte),
                .. areStreams ? [Format("N1", point.ClientBytes / Megabyte), Format("N1", point.ClientBytesEach / Kibibyte)] : (string[])[],
                Format("N0", point.RoundTrip.TotalMicroseconds),
                Format("N1", 100 * point.IdleCpu)]);
        }

        table.Print();
        Console.WriteLine();
        GrowthPlot.Print($"the relay's memory, MB, by {what}", points, point => point.RelayBytes / Megabyte);
        GrowthPlot.Print($"time for each {each} to come, ms", points, point => point.Growing.TotalMilliseconds / point.Added);
        GrowthPlot.Print($"round trip of a byte beside {what}, µs", points, point => point.RoundTrip.TotalMicroseconds);
    }

    public static void PrintMoving(IReadOnlyList<MovingPoint> points)
    {
        if (points.Count == 0)
        {
            return;
        }

        TextTable table = new(["streams that move data", "MB/s", "CPU, s/GB", "smallest share", "p50, ms", "p99, ms", "relay, MB", "client, MB"]);
        foreach (MovingPoint point in points)
        {
            table.Add([
                $"{(point.Way == RelayWay.Direct ? "direct" : "messages")}, {Format("N0", point.Count)}",
                Format("N0", point.Throughput.BytesPerSecond / Megabyte),
                Format("N2", point.Throughput.CpuSecondsPerGigabyte),
                Format("N2", point.SmallestShare),
                Format("N1", point.RoundTrip.P50.TotalMilliseconds),
                Format("N1", point.RoundTrip.P99.TotalMilliseconds),
                Format("N1", point.RelayBytes / Megabyte),
                Format("N1", point.ClientBytes / Megabyte)]);
        }

        table.Print();
        Console.WriteLine();
    }

    public static void PrintRestarts(IReadOnlyList<RestartPoint> points)
    {
        if (points.Count == 0)
        {
            return;
        }

        TextTable table = new(["Tubs that come back", "half, s", "90 %, s", "all, s", "relay CPU, s", "ms each", "failed attempts"]);
        foreach (RestartPoint point in points)
        {
            table.Add([
                Format("N0", point.Count),
                Format("N1", point.Tubs.Median.TotalSeconds),
                Format("N1", point.Tubs.Most.TotalSeconds),
                Format("N1", point.Tubs.Last.TotalSeconds),
                Format("N1", point.RelayCpu.TotalSeconds),
                Format("N2", point.RelayCpu.TotalMilliseconds / point.Count),
                Format("N0", point.Tubs.Failures)]);
        }

        table.Print();
        foreach (RestartPoint point in points.Where(point => point.Tubs.Failures > 0))
        {
            Console.WriteLine($"Of {point.Count} most failed so: {point.Tubs.Reason}");
        }

        Console.WriteLine();
    }

    public static void WriteCsv(string file, IEnumerable<ScalePoint> points) => File.WriteAllLines(
        file,
        points
            .Select(point => string.Create(
                CultureInfo.InvariantCulture,
                $"{point.What},{point.Count},{point.Added},{point.Growing.TotalSeconds},{point.GrowingCpu.TotalSeconds},{point.RelayBytes},{point.ClientBytes},{point.RoundTrip.TotalMicroseconds},{point.IdleCpu}"))
            .Prepend("what,count,added,seconds,relay_cpu_seconds,relay_rss_bytes,client_rss_bytes,rtt_p50_us,relay_idle_cpu"));

    private static string Format(string format, double value) => value.ToString(format, CultureInfo.InvariantCulture);
}
