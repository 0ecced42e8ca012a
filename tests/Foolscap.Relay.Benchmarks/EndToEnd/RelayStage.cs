using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Benchmarks.Network;
using Foolscap.TestUtilities;
using Foolscap.TestUtilities.Processes;
using Foolscap.Tubs;

namespace Foolscap.Relay.Benchmarks.EndToEnd;

/// <summary>A relay, and the clients behind it, each a program of its own. Not thread-safe.</summary>
internal sealed class RelayStage : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly SamplePrograms _programs;
    private readonly RelayWay _way;
    private readonly RelayProcess _relay;
    private readonly List<AttachedClient> _clients = [];
    private readonly List<DelayingProxy> _proxies = [];

    private RelayStage(SamplePrograms programs, RelayWay way, DirectoryInfo folder, RelayProcess relay)
    {
        _programs = programs;
        _way = way;
        _folder = folder;
        _relay = relay;
        RelayUsage = new ProcessUsage(relay.ProcessId);
    }

    public Furl Registrar => _relay.Registrar;

    public ProcessUsage RelayUsage { get; }

    /// <summary>Starts a relay.</summary>
    public static async Task<RelayStage> StartAsync(SamplePrograms programs, RelayWay way)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("foolscap-bench-");
        return new RelayStage(programs, way, folder, await RelayProcess.StartAsync(programs.Relay, folder.FullName, SamplePrograms.ArgumentsFor(way)));
    }

    /// <summary>Starts a client for a server in place of its Tub.</summary>
    /// <param name="name">The path's name in the table.</param>
    /// <param name="target">The server.</param>
    /// <param name="roundTrip">How far the client is from the relay; not at all if not given.</param>
    /// <returns>The way to the server through the relay.</returns>
    public async Task<MeasuredPath> AttachAsync(string name, IPEndPoint target, TimeSpan? roundTrip = null)
    {
        string pemFile = Path.Combine(_folder.FullName, $"tub{_clients.Count}.pem");
        TubId tubId = TubCertificate.LoadOrCreate(pemFile).TubId;
        AttachedClient client = await AttachedClient.StartAsync(
            _programs.Client, roundTrip is TimeSpan time ? MoveAway(time) : Registrar, pemFile, target, SamplePrograms.ArgumentsFor(_way));
        _clients.Add(client);
        return new MeasuredPath(
            name, new IPEndPoint(IPAddress.Loopback, _relay.Port), CallerRequest.Make(tubId), [RelayUsage, new ProcessUsage(client.ProcessId)]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (AttachedClient client in _clients)
        {
            await client.DisposeAsync();
        }

        await _relay.DisposeAsync();
        _proxies.ForEach(proxy => proxy.Dispose());
        _folder.Delete(recursive: true);
    }

    /// <summary>The registrar's FURL by a longer way.</summary>
    private Furl MoveAway(TimeSpan roundTrip)
    {
        DelayingProxy proxy = new(new IPEndPoint(IPAddress.Loopback, _relay.Port), roundTrip);
        _proxies.Add(proxy);
        return Registrar.WithHints([ConnectionHint.Tcp("127.0.0.1", proxy.EndPoint.Port)]);
    }
}
