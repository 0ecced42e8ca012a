using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Soak.Churn;
using Foolscap.Relay.Soak.Processes;
using Foolscap.Relay.Soak.Reporting;
using Foolscap.Relay.Soak.Streams;
using Foolscap.TestUtilities.Processes;
using Foolscap.Tubs;

namespace Foolscap.Relay.Soak;

/// <summary>The relay, and whoever is put behind it. Not thread-safe.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly SoakOptions _options;
    private readonly SoakCounters _counters;
    private readonly RelayProcess _relay;
    private readonly List<(string Name, AttachedClient Client)> _clients = [];
    private readonly List<ProcessWatch> _watches = [];
    private readonly List<IDisposable> _disposables = [];
    private readonly List<TubTarget> _tubs = [];

    private Stage(SoakOptions options, SoakCounters counters, DirectoryInfo folder, RelayProcess relay)
    {
        _options = options;
        _counters = counters;
        _folder = folder;
        _relay = relay;
        _watches.Add(new ProcessWatch("relay", () => relay.ProcessId, isJudged: true));
        Runner = new StreamRunner(Ledger, counters);
    }

    public IReadOnlyList<ProcessWatch> Watches => _watches;

    public Furl Registrar => _relay.Registrar;

    public int RelayPort => _relay.Port;

    public StreamLedger Ledger { get; } = new();

    public StreamRunner Runner { get; }

    /// <summary>Starts the relay.</summary>
    public static async Task<Stage> StartAsync(SoakOptions options, SoakCounters counters)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("foolscap-soak-");
        return new Stage(options, counters, folder, await RelayProcess.StartAsync(options.RelayAssembly, folder.FullName, options.RelayArguments));
    }

    /// <summary>Puts a server of patterns behind the relay.</summary>
    /// <returns>The way to it, and its client.</returns>
    public async Task<(Route Route, AttachedClient Client)> AddPatternTargetAsync(string name, Disturbance disturbance, CuttableLink? link = null)
    {
        (TubCertificate certificate, string pemFile) = MakeCertificate(name);
        PatternTarget target = Keep(new PatternTarget(certificate.TubId, Ledger));
        Route route = new(name, RelayPort, certificate.TubId, disturbance);
        return (route, await AttachAsync(route, pemFile, target.EndPoint, link));
    }

    /// <summary>Puts a Tub behind the relay.</summary>
    /// <returns>The way to it, the FURL of its object, and its client.</returns>
    public async Task<(Route Route, Furl Furl, AttachedClient Client)> AddTubTargetAsync(string name, Disturbance disturbance)
    {
        (TubCertificate certificate, string pemFile) = MakeCertificate(name);
        TubTarget target = new(certificate);
        _tubs.Add(target);
        Route route = new(name, RelayPort, certificate.TubId, disturbance);
        return (route, target.Offer(Registrar.Hints), await AttachAsync(route, pemFile, target.EndPoint, link: null));
    }

    /// <summary>Keeps something until the end.</summary>
    public T Keep<T>(T disposable)
        where T : IDisposable
    {
        _disposables.Add(disposable);
        return disposable;
    }

    /// <summary>Ends all programs in order, which they must do with exit code 0.</summary>
    public async Task TerminateAsync()
    {
        foreach ((string name, AttachedClient client) in _clients)
        {
            CheckExitCode(name, await client.TerminateAsync());
        }

        CheckExitCode("relay", await _relay.TerminateAsync());
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((_, AttachedClient client) in _clients)
        {
            await client.DisposeAsync();
        }

        await _relay.DisposeAsync();
        foreach (TubTarget tub in _tubs)
        {
            await tub.DisposeAsync();
        }

        _disposables.ForEach(disposable => disposable.Dispose());
        _folder.Delete(recursive: true);
    }

    private async Task<AttachedClient> AttachAsync(Route route, string pemFile, IPEndPoint target, CuttableLink? link)
    {
        Furl registrar = link is null ? Registrar : Registrar.WithHints([ConnectionHint.Tcp("127.0.0.1", link.Port)]);
        AttachedClient client = await AttachedClient.StartAsync(_options.AttachAssembly, registrar, pemFile, target);
        _clients.Add((route.Name, client));
        _watches.Add(new ProcessWatch(route.Name, () => client.ProcessId, isJudged: route.Disturbance != Disturbance.Killed));
        return client;
    }

    private (TubCertificate Certificate, string PemFile) MakeCertificate(string name)
    {
        string pemFile = Path.Combine(_folder.FullName, $"{name}.pem");
        return (TubCertificate.LoadOrCreate(pemFile), pemFile);
    }

    private void CheckExitCode(string name, int exitCode)
    {
        if (exitCode != 0)
        {
            _counters.AddError($"{name}: exit code after SIGTERM", $"{exitCode}");
        }
    }
}
