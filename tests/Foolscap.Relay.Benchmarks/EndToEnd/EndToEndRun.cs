using System.Globalization;
using System.Runtime.InteropServices;
using Foolscap.Relay.Benchmarks.Network;
using Foolscap.Relay.Benchmarks.Reporting;

namespace Foolscap.Relay.Benchmarks.EndToEnd;

/// <summary>Measures plain TCP and the relay in turns, and prints one table.</summary>
internal sealed class EndToEndRun(EndToEndOptions options, SamplePrograms programs) : IDisposable
{
    private const string PlainTcp = "plain TCP";

    private readonly Backend _backend = new(Callers.AnyRequest.Length);

    public async Task RunAsync()
    {
        ResultSheet sheet = new([PlainTcp, .. options.Ways.Select(NameOf)]);
        Console.Error.WriteLine("memory of idle streams and Tubs ...");
        foreach (RelayWay way in options.Ways)
        {
            await WeighAsync(way, sheet);
        }

        await MeasureNearAsync(sheet);
        foreach (int delay in options.Delays)
        {
            await MeasureFarAsync(delay, sheet);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}; median of {options.Rounds} × {options.Seconds} s"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_backend.BytesCompared / 1e9:N1} GB went through; every byte was compared at its far end."));
        Console.WriteLine();
        sheet.Print();
        if (options.JsonFile is string file)
        {
            sheet.WriteJson(file);
        }
    }

    public void Dispose() => _backend.Dispose();

    private static string NameOf(RelayWay way) => way == RelayWay.Messages ? "relay" : "relay, direct";

    /// <summary>In programs of their own, and first: what a process has used before, it uses again, and seems to need nothing.</summary>
    private async Task WeighAsync(RelayWay way, ResultSheet sheet)
    {
        await using (RelayStage stage = await RelayStage.StartAsync(programs, way))
        {
            MeasuredPath path = await stage.AttachAsync(NameOf(way), _backend.EndPoint);
            sheet.Add(EndToEndMeasures.IdleStream, path.Name, await IdleMemory.WeighStreamAsync(path, options.IdleStreams));
        }

        await using (RelayStage stage = await RelayStage.StartAsync(programs, way))
        {
            sheet.Add(EndToEndMeasures.IdleTub, NameOf(way), await IdleMemory.WeighTubAsync(stage.Registrar, stage.RelayUsage, options.IdleTubs));
        }
    }

    private async Task MeasureNearAsync(ResultSheet sheet)
    {
        await using RelayStages stages = new(programs);
        List<MeasuredPath> paths = [new(PlainTcp, _backend.EndPoint, Callers.AnyRequest, [])];
        foreach (RelayWay way in options.Ways)
        {
            paths.Add(await (await stages.StartAsync(way)).AttachAsync(NameOf(way), _backend.EndPoint));
        }

        PathMeter meter = new(_backend, options.Duration, sheet);
        await RunRoundsAsync("speed", paths, meter, meter.MeasureNearAsync);
    }

    private async Task MeasureFarAsync(int delay, ResultSheet sheet)
    {
        TimeSpan roundTrip = TimeSpan.FromMilliseconds(delay);
        using DelayingProxy proxy = new(_backend.EndPoint, roundTrip);
        await using RelayStages stages = new(programs);
        List<MeasuredPath> paths = [new(PlainTcp, proxy.EndPoint, Callers.AnyRequest, [])];
        foreach (RelayWay way in options.Ways)
        {
            paths.Add(await (await stages.StartAsync(way)).AttachAsync(NameOf(way), _backend.EndPoint, roundTrip));
        }

        PathMeter meter = new(_backend, options.Duration, sheet);
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
}
