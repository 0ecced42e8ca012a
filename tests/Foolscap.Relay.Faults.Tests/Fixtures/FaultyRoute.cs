using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Faults.Tests.Network;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Relay.Interop.Tests.Raw;
using Foolscap.Relay.Interop.Tests.Samples;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Faults.Tests.Fixtures;

/// <summary>
/// A relay and a client as programs, in their places of the faulty network, and a listening socket in place of C. It
/// remembers what the two programs held of the machine when all was well.
/// </summary>
internal sealed class FaultyRoute : IAsyncDisposable
{
    private const string CertificateOfC = "high";
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(0.3);

    private readonly TestFolder _folder = new();
    private readonly RawTarget _rawTarget = new(Network.TargetAddress);
    private readonly List<ChildProcess> _processes = [];
    private readonly List<RunningTransfer> _transfers = [];
    private readonly bool _shortTimes;
    private readonly IPEndPoint _target;
    private RelayHostProcess _relay = null!;
    private IPEndPoint _way = null!;
    private Figures _relayAtRest;
    private Figures _clientAtRest;

    private FaultyRoute(bool shortTimes, IPEndPoint? target)
    {
        _shortTimes = shortTimes;
        _target = target ?? _rawTarget.EndPoint;
        File.Copy(GetPem("mid"), _folder["relay.pem"]); // to make a new one takes a good part of a second
    }

    /// <summary>The certificate's file of C.</summary>
    public static string PemFile { get; } = GetPem(CertificateOfC);

    public static TubId TubId => TestCertificates.High.TubId;

    public ChildProcess Relay => _relay.Process;

    public ChildProcess Client { get; private set; } = null!;

    /// <summary>Where B, and everybody else on this side, reaches the relay.</summary>
    public IPEndPoint RelayEndPoint { get; private set; } = null!;

    /// <summary>The registrar's FURL for those on this side.</summary>
    public Furl RegistrarFurl => _relay.RegistrarFurl.WithHints(Hints);

    /// <summary>Where B reaches the relay, for FURLs of C.</summary>
    public IReadOnlyList<ConnectionHint> Hints => [HintOf(RelayEndPoint)];

    private static IFaultyNetwork Network => FaultyNetwork.Current;

    /// <summary>Starts both programs, and has them carry something.</summary>
    /// <param name="shortTimes">Whether they have short times, instead of being the built samples.</param>
    /// <param name="target">Where C listens, if it is not a raw socket.</param>
    public static async Task<FaultyRoute> StartAsync(bool shortTimes = false, IPEndPoint? target = null)
    {
        FaultyRoute route = new(shortTimes, target);
        try
        {
            await route.StartRelayAsync();
            route._way = Network.OpenWay(route.RelayEndPoint.Port);
            await route.StartClientAsync();
            return route;
        }
        catch
        {
            await route.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the relay, at the port that it had if it had one.</summary>
    public async Task StartRelayAsync()
    {
        string folder = Path.GetDirectoryName(_folder["relay.pem"])!;
        string listen = new IPEndPoint(Network.RelayListenAddress, RelayEndPoint?.Port ?? FreePort.Find()).ToString();
        _relay = await RelayHostProcess.FromAsync(Start(
            Network.RelayPrefix,
            _shortTimes
                ? [typeof(FaultyRoute).Assembly.Location, "relay", folder, listen]
                : [SampleProgram.GetAssembly("RelayHost"), "--folder", folder, "--listen", listen, "--no-direct"]));
        _relay.RegistrarFurl.Hints.Single().TryGetTcpEndpoint(out _, out int port);
        RelayEndPoint = new IPEndPoint(Network.RelayAddress, port);
    }

    /// <summary>Starts the client, and waits until it is registered.</summary>
    public async Task StartClientAsync()
    {
        string registrar = _relay.RegistrarFurl.WithHints([HintOf(_way)]).ToString();
        Client = Start(
            Network.ClientPrefix,
            _shortTimes
                ? [typeof(FaultyRoute).Assembly.Location, "client", registrar, PemFile, _target.ToString()]
                : [SampleProgram.GetAssembly("AttachTub"), "--registrar", registrar, "--pem", PemFile, "--target", _target.ToString()]);
        await WaitUntilAttachedAsync();
    }

    /// <summary>Waits until the client has registered once more.</summary>
    public Task WaitUntilAttachedAsync() =>
        Client.TakeLineAsync("that it is attached", line => line.StartsWith("attached: ", StringComparison.Ordinal));

    /// <summary>Opens one connection from B to C.</summary>
    public async Task<(RawSocket B, RawSocket C)> OpenAsync()
    {
        RawSocket b = await RawSocket.ConnectAsync(RelayEndPoint);
        return (b, await _rawTarget.OpenAsync(b, TubId));
    }

    /// <summary>Starts a transfer, and waits until it is under way.</summary>
    public async Task<RunningTransfer> StartTransferAsync()
    {
        (RawSocket b, RawSocket c) = await OpenAsync();
        RunningTransfer transfer = new(b, c);
        _transfers.Add(transfer);
        await transfer.WaitForProgressAsync(Figures.MiB);
        return transfer;
    }

    /// <summary>Opens a stream that carries nothing.</summary>
    public async Task<RunningTransfer> StartIdleAsync()
    {
        (RawSocket b, RawSocket c) = await OpenAsync();
        RunningTransfer transfer = new(b, c, idle: true);
        _transfers.Add(transfer);
        return transfer;
    }

    /// <summary>Has a transfer of its own run from its beginning to its end.</summary>
    public async Task TransferAsync()
    {
        using RunningTransfer transfer = await StartTransferAsync();
        await transfer.WaitForProgressAsync(2 * Figures.MiB);
        await transfer.FinishAsync();
    }

    /// <summary>Remembers how it is when all is well. Both programs have done by then what they do for the first time.</summary>
    public async Task WarmUpAsync()
    {
        await TransferAsync();
        await TransferAsync();
        (_relayAtRest, _clientAtRest) = await RestAsync();
    }

    /// <summary>What both programs hold of the machine.</summary>
    public async Task<(Figures Relay, Figures Client)> RestAsync() => (await RestAsync(Relay), await RestAsync(Client));

    /// <summary>Both programs hold no more than when all was well, and a new caller is served.</summary>
    public async Task CheckRecoveredAsync()
    {
        await TransferAsync();
        await _relayAtRest.WaitUntilBackAsync("the relay", Relay);
        await _clientAtRest.WaitUntilBackAsync("the client", Client);
    }

    public async ValueTask DisposeAsync()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == NUnit.Framework.Interfaces.TestStatus.Failed)
        {
            _processes.ForEach(process => TestContext.Out.WriteLine(process.Describe()));
        }

        _transfers.ForEach(transfer => transfer.Dispose());
        _rawTarget.Dispose();
        foreach (ChildProcess process in _processes)
        {
            await process.DisposeAsync();
        }

        await Network.ResetAsync();
        _folder.Dispose();
    }

    private ChildProcess Start(IReadOnlyList<string> prefix, IReadOnlyList<string> arguments)
    {
        string[] command = [.. prefix, "dotnet", .. arguments];
        ChildProcess process = ChildProcess.Start(command[0], command[1..]);
        _processes.Add(process);
        return process;
    }

    /// <summary>The figures once the handles have stopped to change.</summary>
    private static async Task<Figures> RestAsync(ChildProcess process)
    {
        Figures figures = Figures.Of(process);
        long since = TimeProvider.System.GetTimestamp();
        await Waiting.UntilAsync(
            () =>
            {
                Figures now = Figures.Of(process);
                if (now.Handles != figures.Handles)
                {
                    since = TimeProvider.System.GetTimestamp();
                }

                figures = now;
                return TimeProvider.System.GetElapsedTime(since) > Settled;
            },
            () => $"rest of a program that has {figures}");
        return figures;
    }

    private static ConnectionHint HintOf(IPEndPoint endPoint) => ConnectionHint.Tcp(endPoint.Address.ToString(), endPoint.Port);

    private static string GetPem(string name) => Repository.GetPath("tests", "vectors", "certs", $"{name}.pem");
}
