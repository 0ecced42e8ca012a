using Foolscap.Relay.Benchmarks.Measuring;
using Foolscap.Relay.Benchmarks.Network;
using Foolscap.Relay.Benchmarks.Reporting;

namespace Foolscap.Relay.Benchmarks.EndToEnd;

/// <summary>Measures one path once, and writes it down.</summary>
internal sealed class PathMeter(Backend backend, TimeSpan duration, ResultSheet sheet)
{
    private const double BytesPerMegabyte = 1e6;
    private const int ManyStreams = 8;
    private const int ManyConnections = 16;
    private const long LoadBytesPerSecond = 10_000_000;

    /// <summary>A window doubles with each round trip at best, from 16 KiB to 16 MiB, and some.</summary>
    private const int RoundTripsToOpen = 16;

    private static readonly TimeSpan Opening = TimeSpan.FromMilliseconds(200);

    private static readonly StreamKind[] LoadStreams = [StreamKind.Up, StreamKind.Down, StreamKind.Up, StreamKind.Down];

    /// <summary>Uses a path without looking at it: the code of programs that have just begun is slow.</summary>
    public async Task WarmUpAsync(MeasuredPath path)
    {
        Load load = await Load.StartAsync(backend, path, [.. LoadStreams, .. LoadStreams]);
        await Task.Delay(2 * duration);
        await load.StopAsync();
        await ConnectionRate.MeasureAsync(path, ManyConnections, duration);
    }

    /// <summary>What a user gets whose relay and client are near.</summary>
    public async Task MeasureNearAsync(MeasuredPath path)
    {
        foreach (int streams in new[] { 1, ManyStreams })
        {
            foreach (StreamKind kind in new[] { StreamKind.Up, StreamKind.Down })
            {
                bool isUp = kind == StreamKind.Up;
                Throughput throughput = await Throughput.MeasureAsync(backend, path, kind, streams, Opening, duration);
                sheet.Add(EndToEndMeasures.Throughput(isUp, streams), path.Name, throughput.BytesPerSecond / BytesPerMegabyte);
                if (isUp && streams == 1 && path.Programs.Count > 0)
                {
                    sheet.Add(EndToEndMeasures.Cpu, path.Name, throughput.CpuSecondsPerGigabyte);
                }
            }
        }

        Latency idle = await Latency.MeasureAsync(path, duration);
        sheet.Add(EndToEndMeasures.RoundTripP50, path.Name, idle.P50.TotalMicroseconds);
        sheet.Add(EndToEndMeasures.RoundTripP99, path.Name, idle.P99.TotalMicroseconds);
        Latency loaded = await Latency.MeasureBesideAsync(backend, path, LoadStreams, LoadBytesPerSecond, duration);
        sheet.Add(EndToEndMeasures.LoadedP50, path.Name, loaded.P50.TotalMicroseconds);
        sheet.Add(EndToEndMeasures.LoadedP99, path.Name, loaded.P99.TotalMicroseconds);
        foreach (int atOnce in new[] { 1, ManyConnections })
        {
            sheet.Add(EndToEndMeasures.Connections(atOnce), path.Name, await ConnectionRate.MeasureAsync(path, atOnce, duration));
        }
    }

    /// <summary>What a user gets whose relay and client are so many milliseconds apart.</summary>
    public async Task MeasureFarAsync(MeasuredPath path, int milliseconds)
    {
        TimeSpan opening = Opening + (RoundTripsToOpen * TimeSpan.FromMilliseconds(milliseconds));
        TimeSpan measured = duration + (opening / 2); // enough round trips that their number does not matter
        Latency latency = await Latency.MeasureAsync(path, duration);
        sheet.Add(EndToEndMeasures.FarRoundTrip(milliseconds), path.Name, latency.P50.TotalMilliseconds);
        Latency connection = await Latency.MeasureConnectionAsync(path, duration);
        sheet.Add(EndToEndMeasures.FarConnection(milliseconds), path.Name, connection.P50.TotalMilliseconds);
        foreach (StreamKind kind in new[] { StreamKind.Up, StreamKind.Down })
        {
            Throughput throughput = await Throughput.MeasureAsync(backend, path, kind, streams: 1, opening, measured);
            sheet.Add(EndToEndMeasures.FarThroughput(kind == StreamKind.Up, milliseconds), path.Name, throughput.BytesPerSecond / BytesPerMegabyte);
        }
    }
}
