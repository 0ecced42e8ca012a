using System.Diagnostics;
using Foolscap.Relay.Benchmarks.Network;

namespace Foolscap.Relay.Benchmarks.Measuring;

/// <summary>How many connections a second can be opened, used for one byte there and back, and closed.</summary>
internal static class ConnectionRate
{
    /// <summary>Measures it.</summary>
    /// <param name="path">The way.</param>
    /// <param name="atOnce">How many at a time.</param>
    /// <param name="duration">How long.</param>
    public static async Task<double> MeasureAsync(MeasuredPath path, int atOnce, TimeSpan duration)
    {
        Stopwatch elapsed = Stopwatch.StartNew();
        int[] counts = await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(() => ConnectAsync(path, elapsed, duration))));
        return counts.Sum() / elapsed.Elapsed.TotalSeconds;
    }

    private static async Task<int> ConnectAsync(MeasuredPath path, Stopwatch elapsed, TimeSpan duration)
    {
        int count = 0;
        do
        {
            using EchoStream echo = await path.OpenEchoAsync();
            count++;
        }
        while (elapsed.Elapsed < duration);

        return count;
    }
}
