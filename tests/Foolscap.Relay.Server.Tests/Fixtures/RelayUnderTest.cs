using System.IO.Pipelines;
using System.Net;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests.Fixtures;

/// <summary>A real relay with a clock of its own, and a Tub that is connected to it.</summary>
internal sealed class RelayUnderTest : IAsyncDisposable
{
    /// <summary>Tubs that do not look after their connections: the test does.</summary>
    public static readonly TubOptions Patient = new()
    {
        KeepaliveTimeout = Timeout.InfiniteTimeSpan,
        DisconnectTimeout = Timeout.InfiniteTimeSpan,
        WriteTimeout = Timeout.InfiniteTimeSpan,
    };

    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(20);

    private readonly List<ClientTub> _clients = [];

    private RelayUnderTest(RelayServerOptions? options, bool isMaster)
    {
        (TubCertificate relay, TubCertificate client) =
            isMaster ? (TestCertificates.High, TestCertificates.Low) : (TestCertificates.Low, TestCertificates.High);
        RelayTub = new TestTub(Network, relay, Patient, Time, Log);
        Relay = new RelayServer(RelayTub.Tub, options, Log, Time);
        RelayTub.Listener.Add(Relay);
        First = Add(client);
    }

    public FakeTimeProvider Time { get; } = new();

    public RecordingLoggerFactory Log { get; } = new();

    public InMemoryNetwork Network { get; } = new();

    public TestTub RelayTub { get; }

    public RelayServer Relay { get; }

    /// <summary>The Tub that wants to be reached, and its connection.</summary>
    public ClientTub First { get; }

    public TestTub Client => First.Tub;

    public string ClientId => First.Id;

    /// <summary>The client's reference to the registrar.</summary>
    public RemoteReference Registrar => First.Registrar;

    /// <summary>Starts a relay, and connects a Tub to it.</summary>
    /// <param name="options">How the relay behaves.</param>
    /// <param name="isMaster">Whether the relay decides upon connections, and not the Tub.</param>
    public static async Task<RelayUnderTest> StartAsync(RelayServerOptions? options = null, bool isMaster = false)
    {
        RelayUnderTest test = new(options, isMaster);
        await test.First.ConnectAsync();
        return test;
    }

    /// <summary>Connects one more Tub: another one, or another process with the certificate of one that is there.</summary>
    /// <param name="certificate">Who it is.</param>
    /// <param name="address">Where it connects from; where all others come from if not given.</param>
    public async Task<ClientTub> ConnectAsync(TubCertificate certificate, string? address = null)
    {
        ClientTub client = Add(certificate, address);
        await client.ConnectAsync();
        return client;
    }

    public Task<object?> CallRegistrarAsync(string method, params object?[] arguments) => First.CallRegistrarAsync(method, arguments);

    public Task<RemoteException> RefusedAsync(string method, params object?[] arguments) => First.RefusedAsync(method, arguments);

    /// <summary>Registers the client.</summary>
    public Task<ScriptedListener> RegisterAsync(int? window = null, IReferenceable? events = null) => First.RegisterAsync(window, events);

    /// <summary>Somebody who calls the client, or another TubID.</summary>
    public async Task<Caller> CallAsync(string? tubId = null, EndPoint? address = null, PipeOptions? pipe = null)
    {
        Caller caller = new(address ?? new IPEndPoint(IPAddress.Parse("198.51.100.7"), 4711), tubId ?? ClientId, pipe);
        await caller.Outside.SendAsync(caller.Request);
        _ = RelayTub.Listener.HandleAsync(caller.Connection);
        return caller;
    }

    /// <summary>Somebody who comes with a token.</summary>
    public async Task<DirectPeer> ConnectDirectAsync(string token, byte[]? behind = null)
    {
        DirectPeer peer = new();
        await peer.RequestAsync(token, behind ?? []);
        _ = RelayTub.Listener.HandleAsync(peer.Connection);
        return peer;
    }

    /// <summary>Somebody who calls the client, from a certain address.</summary>
    public Task<Caller> CallFromAsync(string address) => CallAsync(address: new IPEndPoint(IPAddress.Parse(address), 4711));

    /// <summary>How often the relay has refused for this reason.</summary>
    public long Refusals(RelayRefusal reason) => Relay.Statistics.Refusals[reason];

    /// <summary>Lets the connection work until something has become true.</summary>
    public async Task UntilAsync(Func<bool> condition, string missing)
    {
        CancellationToken limit = TestTime.Token;
        while (!condition())
        {
            if (limit.IsCancellationRequested)
            {
                throw Waiting.Missing(missing);
            }

            await RoundTripAsync();
        }
    }

    /// <summary>Lets time pass in steps, so that what looks now and then sees what happens meanwhile.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        for (TimeSpan left = time, step; left > TimeSpan.Zero; left -= step)
        {
            step = left < LongestStep ? left : LongestStep;
            Time.Advance(step);
            await RoundTripAsync();
        }
    }

    /// <summary>When this returns, the relay has handled all that was sent before it.</summary>
    public Task RoundTripAsync() => First.RoundTripAsync();

    public async ValueTask DisposeAsync()
    {
        await Relay.DisposeAsync();
        foreach (CuttingPipe link in Network.Links.Where(link => link.IsBlackHole))
        {
            link.Cut(); // Nobody would hear a goodbye.
        }

        IEnumerable<Task> tubs = _clients.Select(client => client.DisposeAsync().AsTask()).Append(RelayTub.DisposeAsync().AsTask());
        await Task.WhenAll(tubs).Within("the end of the Tubs");
        Log.Dispose();
    }

    public static Dictionary<object, object?> Options(int? window = null, IReferenceable? events = null)
    {
        Dictionary<object, object?> options = [];
        if (window is not null)
        {
            options[RelayProtocol.WindowKey] = window;
        }

        if (events is not null)
        {
            options[RelayProtocol.EventsKey] = events;
        }

        return options;
    }

    private ClientTub Add(TubCertificate certificate, string? address = null)
    {
        InMemoryNetwork network = address is null ? Network : new InMemoryNetwork(new IPEndPoint(IPAddress.Parse(address), 4321));
        ClientTub client = new(network, certificate, Relay.RegistrarFurl);
        network.Attach(RelayTub.Hint, RelayTub.Listener);
        _clients.Add(client);
        return client;
    }
}
