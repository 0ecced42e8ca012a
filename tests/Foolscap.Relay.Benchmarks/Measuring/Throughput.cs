using Foolscap.Relay.Benchmarks.Network;

namespace Foolscap.Relay.Benchmarks.Measuring;

/// <summary>How fast data goes through a path.</summary>
/// <param name="BytesPerSecond">What arrives at the far end, all streams together.</param>
/// <param name="CpuSecondsPerGigabyte">What the programs on the way need for it.</param>
internal readonly record struct Throughput(double BytesPerSecond, double CpuSecondsPerGigabyte)
{
    /// <summary>Measures it where the bytes arrive, after a while that is not counted; then checks every byte.</summary>
    /// <param name="backend">The far end.</param>
    /// <param name="path">The way to it.</param>
    /// <param name="kind">Up or down.</param>
    /// <param name="streams">How many streams at once.</param>
    /// <param name="warmUp">The while that is not counted: windows open.</param>
    /// <param name="duration">How long to measure.</param>
    /// <exception cref="InvalidDataException">Not all has arrived as it was sent.</exception>
    public static async Task<Throughput> MeasureAsync(
        Backend backend, MeasuredPath path, StreamKind kind, int streams, TimeSpan warmUp, TimeSpan duration)
    {
        Load load = await Load.StartAsync(backend, path, Enumerable.Repeat(kind, streams));
        await Task.Delay(warmUp);
        await load.ThrowIfOverAsync();

        Throughput throughput = await load.MeasureAsync(path, duration);

        await load.ThrowIfOverAsync();
        await load.StopAsync();
        return throughput;
    }
}
