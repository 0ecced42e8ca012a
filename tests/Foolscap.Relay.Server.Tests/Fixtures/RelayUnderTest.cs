using System.IO.Pipelines;
using System.Net;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests.Fixtures;

/// <summary>A real relay with a clock of its own, and a Tub that is connected to it.</summary>
internal sealed class RelayUnderTest : IAsyncDisposable
{
    private static readonly TubOptions Patient = new() { KeepaliveTimeout = Timeout.InfiniteTimeSpan, DisconnectTimeout = Timeout.InfiniteTimeSpan };

    private RelayUnderTest(RelayServerOptions? options)
    {
        RelayTub = new TestTub(Network, TestCertificates.Low, Patient, Time);
        Relay = new RelayServer(RelayTub.Tub, options, Log, Time);
        RelayTub.Listener.Add(Relay);
        Client = new TestTub(Network, TestCertificates.High, Patient);
    }

    public FakeTimeProvider Time { get; } = new();

    public RecordingLoggerFactory Log { get; } = new();

    public InMemoryNetwork Network { get; } = new();

    public TestTub RelayTub { get; }

    public RelayServer Relay { get; }

    /// <summary>The Tub that wants to be reached.</summary>
    public TestTub Client { get; }

    public string ClientId => Client.TubId.ToString();

    /// <summary>The client's reference to the registrar.</summary>
    public RemoteReference Registrar { get; private set; } = null!;

    public static async Task<RelayUnderTest> StartAsync(RelayServerOptions? options = null)
    {
        RelayUnderTest test = new(options);
        test.Registrar = await test.Client.Tub.GetReferenceAsync(test.Relay.RegistrarFurl, TestTime.Token);
        return test;
    }

    public Task<object?> CallRegistrarAsync(string method, params object?[] arguments) =>
        Registrar.CallAsync(method, arguments).Within($"the answer to {method}()");

    public async Task<RemoteException> RefusedAsync(string method, params object?[] arguments) =>
        (await Assert.ThrowsAsync<RemoteException>(() => CallRegistrarAsync(method, arguments)))!;

    /// <summary>Registers the client.</summary>
    public async Task<ScriptedListener> RegisterAsync(int? window = null)
    {
        ScriptedListener listener = new();
        await CallRegistrarAsync("register", ClientId, listener, Options(window));
        return listener;
    }

    /// <summary>Somebody who calls the client, or another TubID.</summary>
    public async Task<Caller> CallAsync(string? tubId = null, EndPoint? address = null, PipeOptions? pipe = null)
    {
        Caller caller = new(address ?? new IPEndPoint(IPAddress.Parse("198.51.100.7"), 4711), tubId ?? ClientId, pipe);
        await caller.Outside.SendAsync(caller.Request);
        _ = RelayTub.Listener.HandleAsync(caller.Connection);
        return caller;
    }

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

    /// <summary>When this returns, the relay has handled all that was sent before it.</summary>
    public async Task RoundTripAsync()
    {
        using RemoteReference again = await Client.Tub.GetReferenceAsync(Relay.RegistrarFurl, TestTime.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Relay.DisposeAsync();
        Task client = Client.Tub.DisposeAsync().AsTask();
        Task relay = RelayTub.Tub.DisposeAsync().AsTask();
        await client.Within("the end of the client's Tub");
        await relay.Within("the end of the relay's Tub");
        Log.Dispose();
    }

    public static Dictionary<object, object?> Options(int? window = null) =>
        window is null ? [] : new Dictionary<object, object?> { ["window"] = window };
}
