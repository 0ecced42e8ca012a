using Foolscap.Furls;
using Foolscap.Relay.Benchmarks.Measuring;
using Foolscap.Relay.Benchmarks.Network;

namespace Foolscap.Relay.Benchmarks.EndToEnd;

/// <summary>What something idle takes of the memory of a process that has just begun, in KiB for each.</summary>
internal static class IdleMemory
{
    /// <summary>So many come before the first look, so that code and pools are there.</summary>
    private const int WarmUp = 20;

    private const double Kibibyte = 1024;

    /// <summary>Buffers that are given back for want of use are given back by then.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    /// <summary>Weighs a stream, in relay and client together.</summary>
    public static async Task<double> WeighStreamAsync(MeasuredPath path, int count)
    {
        using IdleStreams streams = new(path);
        await streams.GrowAsync(WarmUp);
        long before = path.Programs.Sum(program => program.Rss);
        await streams.GrowAsync(WarmUp + count);
        await Task.Delay(Settling);
        long after = path.Programs.Sum(program => program.Rss);
        await streams.CheckAsync();
        return (after - before) / Kibibyte / count;
    }

    /// <summary>Weighs a registered Tub, in the relay.</summary>
    public static async Task<double> WeighTubAsync(Furl registrar, ProcessUsage relay, int count)
    {
        await using IdleTubs tubs = new(registrar);
        await tubs.GrowAsync(WarmUp);
        long before = relay.Rss;
        await tubs.GrowAsync(WarmUp + count);
        await Task.Delay(Settling);
        return (relay.Rss - before) / Kibibyte / count;
    }
}
