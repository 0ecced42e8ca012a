using System.IO.Pipelines;
using System.Threading.Channels;
using Foolscap.Furls;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Tests.Fixtures;

/// <summary>A real client with a clock of its own, and relays that the test plays.</summary>
internal sealed class ClientUnderTest : IAsyncDisposable
{
    private static readonly TubOptions Patient = new() { KeepaliveTimeout = Timeout.InfiniteTimeSpan, DisconnectTimeout = Timeout.InfiniteTimeSpan };

    private readonly Channel<RelayStatus> _statuses = Channel.CreateUnbounded<RelayStatus>();
    private readonly Channel<IDuplexPipe> _targets = Channel.CreateUnbounded<IDuplexPipe>();

    public ClientUnderTest()
    {
        Relay = new ScriptedRelay(Network, TestCertificates.Low);
        Other = new ScriptedRelay(Network, TestCertificates.Mid);
        Tub = new TestTub(Network, TestCertificates.High, Patient, Time);
        Connect = _ =>
        {
            DuplexPipePair pair = new(Piping.Boundless);
            _targets.Writer.TryWrite(pair.Second);
            return Task.FromResult(pair.FirstConnection);
        };
    }

    public FakeTimeProvider Time { get; } = new();

    public RecordingLoggerFactory Log { get; } = new();

    public InMemoryNetwork Network { get; } = new();

    public ScriptedRelay Relay { get; }

    public ScriptedRelay Other { get; }

    public TestTub Tub { get; }

    /// <summary>How the client reaches its Tub; by default the test gets the other side by <see cref="NextTargetAsync"/>.</summary>
    public Func<CancellationToken, Task<TransportConnection>> Connect { get; set; }

    /// <summary>The listener in the same process to which connections go instead, if it is set.</summary>
    public TubListener? TargetListener { get; set; }

    public RelayClient Client { get; private set; } = null!;

    public ClientUnderTest Start(RelayClientOptions? options = null, params ScriptedRelay[] relays)
    {
        IReadOnlyList<Furl> registrars = relays.Length == 0 ? [Relay.Furl] : [.. relays.Select(relay => relay.Furl)];
        Client = TargetListener is TubListener listener
            ? RelayClient.Start(Tub.Tub, registrars, listener, options, OnStatus, Log)
            : RelayClient.Start(Tub.Tub, registrars, token => Connect(token), options, OnStatus, Log);
        return this;
    }

    public static async Task<(ClientUnderTest Test, RegistrarCall Registration)> RegisteredAsync(
        RelayClientOptions? options = null, int? window = null, TubListener? target = null)
    {
        ClientUnderTest test = new ClientUnderTest { TargetListener = target }.Start(options);
        RegistrarCall registration = await test.Relay.RegisterAsync(window);
        await test.NextAsync(RelayState.Registered);
        return (test, registration);
    }

    /// <summary>The next change of a relay's status.</summary>
    public Task<RelayStatus> NextStatusAsync() => _statuses.Reader.ReadAsync().Within("a change of a relay's status");

    /// <summary>The next change to this state; others are passed over.</summary>
    public async Task<RelayStatus> NextAsync(RelayState state)
    {
        while (true)
        {
            RelayStatus status = await _statuses.Reader.ReadAsync().Within($"the state {state}");
            if (status.State == state)
            {
                return status;
            }
        }
    }

    /// <summary>Lets the wait pass that a status tells of, once the clock's timer for it is there.</summary>
    public async Task PassAsync(RelayStatus waiting)
    {
        await Time.WaitForTimerAsync(due => Math.Abs((due - waiting.RetryIn).TotalMilliseconds) < 2);
        Time.Advance(waiting.RetryIn + TimeSpan.FromMilliseconds(2));
    }

    /// <summary>The Tub's side of the next connection to it.</summary>
    public Task<IDuplexPipe> NextTargetAsync() => _targets.Reader.ReadAsync().Within("a connection to the Tub");

    private void OnStatus(RelayStatus status) => _statuses.Writer.TryWrite(status);

    public async ValueTask DisposeAsync()
    {
        Task stopped = Client is null ? Task.CompletedTask : Client.DisposeAsync().AsTask();
        // A relay that the test plays need not answer unregister(): the end of its connection does.
        await Task.WhenAll(Tub.Tub.DisposeAsync().AsTask(), Relay.DisposeAsync().AsTask(), Other.DisposeAsync().AsTask()).Within("the end of the Tubs");
        await stopped.Within("the end of the client");
        Log.Dispose();
    }
}
