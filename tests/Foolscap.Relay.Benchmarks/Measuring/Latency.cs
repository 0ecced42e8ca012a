using System.Diagnostics;
using Foolscap.Relay.Benchmarks.Network;

namespace Foolscap.Relay.Benchmarks.Measuring;

/// <summary>How long a byte takes there and back.</summary>
/// <param name="P50">Half of them take no longer.</param>
/// <param name="P99">Of a hundred one takes longer.</param>
internal readonly record struct Latency(TimeSpan P50, TimeSpan P99)
{
    private const int MaxSamples = 1_000_000;
    private const int WarmUp = 100;

    /// <summary>Sends one byte after the other, each when the one before has come back.</summary>
    public static async Task<Latency> MeasureAsync(MeasuredPath path, TimeSpan duration)
    {
        using EchoStream echo = await path.OpenEchoAsync();
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < WarmUp && Stopwatch.GetElapsedTime(begin) < duration; i++)
        {
            await echo.RoundTripAsync();
        }

        return Of(await TakeSamplesAsync(echo, duration));
    }

    /// <summary>Opens one connection after the other, and waits for the first byte that comes back.</summary>
    public static async Task<Latency> MeasureConnectionAsync(MeasuredPath path, TimeSpan duration)
    {
        List<long> samples = [];
        long begin = Stopwatch.GetTimestamp();
        while (samples.Count == 0 || Stopwatch.GetElapsedTime(begin) < duration)
        {
            long opened = Stopwatch.GetTimestamp();
            using EchoStream echo = await path.OpenEchoAsync();
            samples.Add(Stopwatch.GetTimestamp() - opened);
        }

        return Of(samples);
    }

    /// <summary>Sends one byte after the other while other streams move data at a rate that leaves the processors some time.</summary>
    public static async Task<Latency> MeasureBesideAsync(
        Backend backend, MeasuredPath path, IReadOnlyList<StreamKind> others, long bytesPerSecondEach, TimeSpan duration)
    {
        Load load = await Load.StartAsync(backend, path, others, bytesPerSecondEach);
        Latency latency = await MeasureAsync(path, duration);
        await load.ThrowIfOverAsync();
        await load.StopAsync();
        return latency;
    }

    /// <summary>The percentiles of times in ticks of the stopwatch.</summary>
    public static Latency Of(List<long> samples)
    {
        samples.Sort();
        return new Latency(At(0.5), At(0.99));

        TimeSpan At(double share) => Stopwatch.GetElapsedTime(0, samples[(int)(share * (samples.Count - 1))]);
    }

    private static async Task<List<long>> TakeSamplesAsync(EchoStream echo, TimeSpan duration)
    {
        List<long> samples = new(MaxSamples);
        long begin = Stopwatch.GetTimestamp();
        while (samples.Count < MaxSamples && (samples.Count == 0 || Stopwatch.GetElapsedTime(begin) < duration))
        {
            long sent = Stopwatch.GetTimestamp();
            await echo.RoundTripAsync();
            samples.Add(Stopwatch.GetTimestamp() - sent);
        }

        return samples;
    }
}
