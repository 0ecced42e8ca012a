using System.Diagnostics;
using System.Globalization;
using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Benchmarks.Measuring;
using Foolscap.Relay.Benchmarks.Network;
using Foolscap.Relay.Benchmarks.Scale.Parts;
using Foolscap.TestUtilities;
using Foolscap.TestUtilities.Processes;

namespace Foolscap.Relay.Benchmarks.Scale;

/// <summary>A relay, a client with a backend, and whoever else is registered: each a process of this program. Not thread-safe.</summary>
internal sealed class ScaleProcesses : IAsyncDisposable
{
    /// <summary>Thousands of handshakes take their time.</summary>
    private static readonly TimeSpan GrowthLimit = TimeSpan.FromMinutes(10);

    private readonly List<SampleProcess> _processes = [];
    private readonly string _count;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("foolscap-scale");
    private SampleProcess _relay = null!;
    private SampleProcess _tubs = null!;

    private ScaleProcesses(int count) => _count = count.ToString(CultureInfo.InvariantCulture);

    /// <summary>The way to the backend through relay and client.</summary>
    public MeasuredPath Path { get; private set; } = null!;

    public ProcessUsage Relay => Path.Programs[0];

    public ProcessUsage Client => Path.Programs[1];

    /// <summary>Starts the processes.</summary>
    /// <param name="count">So many Tubs or streams are to come.</param>
    /// <param name="way">How the relay is to carry the bytes.</param>
    /// <param name="backend">The server behind the client; a process of its own if not given.</param>
    public static async Task<ScaleProcesses> StartAsync(int count, RelayWay way = RelayWay.Direct, IPEndPoint? backend = null)
    {
        ScaleProcesses processes = new(count);
        try
        {
            await processes.StartAsync(way, backend);
            return processes;
        }
        catch
        {
            await processes.DisposeAsync();
            throw;
        }
    }

    /// <summary>Registers Tubs until there are so many.</summary>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> GrowTubsAsync(int count)
    {
        await _tubs.TellAsync(count.ToString(CultureInfo.InvariantCulture));
        return TimeSpan.FromSeconds(double.Parse(await ReadAnswerAsync(_tubs, PartCommand.Tubs), CultureInfo.InvariantCulture));
    }

    /// <summary>Kills the relay, starts it again as the same one, and waits until all Tubs are back.</summary>
    /// <returns>How they came back, and the relay's processor time for that.</returns>
    public async Task<(ReturnFigures Tubs, TimeSpan RelayCpu)> RestartRelayAsync()
    {
        await _relay.KillAsync();
        await StartRelayAsync(Path.EndPoint.Port);
        long since = Stopwatch.GetTimestamp();
        ProcessUsage relay = new(_relay.Id);
        TimeSpan cpuBefore = relay.Cpu;
        await _tubs.TellAsync(PartCommand.Again + since.ToString(CultureInfo.InvariantCulture));
        ReturnFigures figures = ReturnFigures.Parse(await ReadAnswerAsync(_tubs, PartCommand.Tubs));
        return (figures, relay.Cpu - cpuBefore);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SampleProcess process in _processes)
        {
            await process.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private async Task StartAsync(RelayWay way, IPEndPoint? backend)
    {
        Furl registrar = await StartRelayAsync(port: 0);
        registrar.Hints.Single().TryGetTcpEndpoint(out _, out int port);

        string target = backend?.ToString() ?? await ReadAnswerAsync(StartPart(PartCommand.Backend), PartCommand.Backend);
        SampleProcess client = StartPart(PartCommand.Client, registrar.ToString(), target, _count, way.ToString());
        TubId tubId = TubId.Parse(await ReadAnswerAsync(client, PartCommand.Client));
        Path = new MeasuredPath(
            "relay", new IPEndPoint(IPAddress.Loopback, port), CallerRequest.Make(tubId), [new ProcessUsage(_relay.Id), new ProcessUsage(client.Id)]);
        _tubs = StartPart(PartCommand.Tubs, registrar.ToString());
    }

    private async Task<Furl> StartRelayAsync(int port)
    {
        _relay = StartPart(PartCommand.Relay, _count, _folder.FullName, port.ToString(CultureInfo.InvariantCulture));
        return Furl.Parse(await _relay.ReadLineAsync("pb://", ProcessDeadlines.Process));
    }

    private SampleProcess StartPart(string name, params string[] arguments)
    {
        SampleProcess process = SampleProcess.Start(typeof(ScaleProcesses).Assembly.Location, [PartCommand.Name, name, .. arguments]);
        _processes.Add(process);
        return process;
    }

    /// <summary>A part says what it is, and then what is asked for.</summary>
    private static async Task<string> ReadAnswerAsync(SampleProcess process, string name) =>
        (await process.ReadLineAsync($"{name} ", GrowthLimit))[(name.Length + 1)..];
}
