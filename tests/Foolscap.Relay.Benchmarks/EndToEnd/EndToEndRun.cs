using System.Globalization;
using System.Runtime.InteropServices;
using Foolscap.Relay.Benchmarks.Network;
using Foolscap.Relay.Benchmarks.Reporting;

namespace Foolscap.Relay.Benchmarks.EndToEnd;

/// <summary>Measures plain TCP and the relay in turns, and prints one table. Not thread-safe.</summary>
internal sealed class EndToEndRun(EndToEndOptions options, SamplePrograms programs) : IAsyncDisposable
{
    private const string PlainTcp = "plain TCP";

    private readonly Backend _backend = new(Callers.AnyRequest.Length);
    private readonly List<RelayStage> _stages = [];

    public async Task RunAsync()
    {
        ResultSheet sheet = new([PlainTcp, .. options.Ways.Select(NameOf)]);
        PathMeter meter = new(_backend, options.Duration, sheet);
        List<MeasuredPath> paths = [new(PlainTcp, _backend.EndPoint, Callers.AnyRequest, [])];
        List<(string Path, double Stream, double Tub)> weights = [];
        foreach (RelayWay way in options.Ways)
        {
            RelayStage stage = await RelayStage.StartAsync(programs, way);
            _stages.Add(stage);
            paths.Add(await stage.AttachAsync(NameOf(way), _backend.EndPoint));
            weights.Add(await WeighAsync(way, paths[^1]));
        }

        await RunRoundsAsync("speed", paths, meter, meter.MeasureNearAsync);
        foreach (int delay in options.Delays)
        {
            await MeasureFarAsync(delay, meter);
        }

        weights.ForEach(weight => sheet.Add(EndToEndMeasures.IdleStream, weight.Path, weight.Stream));
        weights.ForEach(weight => sheet.Add(EndToEndMeasures.IdleTub, weight.Path, weight.Tub));
        Print(sheet);
        if (options.JsonFile is string file)
        {
            sheet.WriteJson(file);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RelayStage stage in _stages)
        {
            await stage.DisposeAsync();
        }

        _backend.Dispose();
    }

    private static string NameOf(RelayWay way) => way == RelayWay.Messages ? "relay" : "relay, direct";

    /// <summary>
    /// Before all else, and Tubs with a relay of their own: what a process has used before, it uses again, and seems to need
    /// nothing.
    /// </summary>
    private async Task<(string Path, double Stream, double Tub)> WeighAsync(RelayWay way, MeasuredPath path)
    {
        Console.Error.WriteLine($"memory of idle streams and Tubs, {path.Name} ...");
        double stream = await IdleMemory.WeighStreamAsync(path, options.IdleStreams);
        await using RelayStage other = await RelayStage.StartAsync(programs, way);
        return (path.Name, stream, await IdleMemory.WeighTubAsync(other.Registrar, other.RelayUsage, options.IdleTubs));
    }

    private async Task MeasureFarAsync(int delay, PathMeter meter)
    {
        TimeSpan roundTrip = TimeSpan.FromMilliseconds(delay);
        using DelayingProxy proxy = new(_backend.EndPoint, roundTrip);
        List<MeasuredPath> paths = [new(PlainTcp, proxy.EndPoint, Callers.AnyRequest, [])];
        foreach ((RelayStage stage, RelayWay way) in _stages.Zip(options.Ways))
        {
            paths.Add(await stage.AttachAsync(NameOf(way), _backend.EndPoint, roundTrip));
        }

        await RunRoundsAsync($"a round trip of {delay} ms", paths, meter, path => meter.MeasureFarAsync(path, delay));
    }

    private async Task RunRoundsAsync(string what, List<MeasuredPath> paths, PathMeter meter, Func<MeasuredPath, Task> measureAsync)
    {
        foreach (MeasuredPath path in paths)
        {
            await meter.WarmUpAsync(path);
        }

        for (int round = 1; round <= options.Rounds; round++)
        {
            Console.Error.WriteLine($"{what}, round {round} of {options.Rounds} ...");
            foreach (MeasuredPath path in paths)
            {
                await measureAsync(path);
            }
        }
    }

    private void Print(ResultSheet sheet)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}; median of {options.Rounds} × {options.Seconds} s"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_backend.BytesCompared / 1e9:N1} GB went through; every byte was compared at its far end."));
#if DEBUG
        Console.WriteLine("This is a Debug build: its figures mean nothing.");
#endif
        Console.WriteLine();
        sheet.Print();
    }
}
