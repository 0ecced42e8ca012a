using Foolscap.Relay.Benchmarks.Reporting;

namespace Foolscap.Relay.Benchmarks.EndToEnd;

/// <summary>The lines of the table.</summary>
internal static class EndToEndMeasures
{
    public static readonly Measure Cpu = new("cpu", "processor time of relay and client, up", "s/GB", 2);
    public static readonly Measure RoundTripP50 = new("rtt_p50", "round trip of a byte, p50", "µs");
    public static readonly Measure RoundTripP99 = new("rtt_p99", "round trip of a byte, p99", "µs");
    public static readonly Measure LoadedP50 = new("rtt_loaded_p50", "the same beside 4 streams of 10 MB/s, p50", "µs");
    public static readonly Measure LoadedP99 = new("rtt_loaded_p99", "the same beside 4 streams of 10 MB/s, p99", "µs");
    public static readonly Measure IdleStream = new("rss_idle_stream", "memory of relay and client, per idle stream", "KiB", 1);
    public static readonly Measure IdleTub = new("rss_idle_tub", "memory of the relay, per registered Tub", "KiB", 1);

    public static Measure Throughput(bool isUp, int streams) => new(
        $"{(isUp ? "up" : "down")}_{streams}", $"throughput {(isUp ? "to" : "from")} the Tub, {streams} {(streams == 1 ? "stream" : "streams")}", "MB/s");

    public static Measure Connections(int atOnce) => new(
        $"connections_{atOnce}", $"connections, {(atOnce == 1 ? "one" : atOnce)} at a time", "per s");

    public static Measure FarRoundTrip(int milliseconds) => new(
        $"rtt_at_{milliseconds}ms", $"round trip of a byte, {milliseconds} ms away, p50", "ms", 1);

    public static Measure FarConnection(int milliseconds) => new(
        $"connection_at_{milliseconds}ms", $"connection and its first byte, {milliseconds} ms away, p50", "ms", 1);

    public static Measure FarThroughput(bool isUp, int milliseconds) => new(
        $"{(isUp ? "up" : "down")}_at_{milliseconds}ms", $"throughput {(isUp ? "to" : "from")} the Tub, {milliseconds} ms away", "MB/s", 1);
}
