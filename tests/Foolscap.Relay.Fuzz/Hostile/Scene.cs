using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Threading.Channels;
using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.Relay.Fuzz.Engine;
using Foolscap.Relay.Server;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Fuzz.Hostile;

/// <summary>
/// A relay, a client whose Tub is reached through it, and a canary: a call and a relayed connection between the two that
/// must go on, whatever a hostile peer does to the relay or, as a second relay, to the client. All in memory.
/// </summary>
internal sealed class Scene : IAsyncDisposable
{
    private const int MaxReferences = 1000;

    private static readonly TubLimits Limits = new()
    {
        MaxStringBytes = 64 * 1024,
        MaxIntegerBytes = 256,
        MaxMessageBytes = 128 * 1024,
        MaxMessageTokens = 5000,
        MaxDepth = 30,
        MaxPendingCalls = 64,
        MaxReferences = MaxReferences,
        MaxUnsentBytes = 1024 * 1024,
    };

    /// <summary>A hostile Tub that is gone does not come back, and its caller waits for it.</summary>
    private static readonly TimeSpan ShortHold = TimeSpan.FromMilliseconds(1);

    private static readonly ConnectionHint RelayHint = ConnectionHint.Tcp("relay.test", 1);
    private static readonly ConnectionHint HostileHint = ConnectionHint.Tcp("hostile.test", 1);

    private readonly Channel<IDuplexPipe> _dialled = Channel.CreateUnbounded<IDuplexPipe>();
    private readonly TubListener _listener;
    private readonly Tub _relayTub;
    private readonly Tub _clientTub;
    private RemoteReference? _echo;
    private RelayClient? _client;
    private IDuplexPipe? _canary;
    private byte _beat;
    private int _targets;

    public Scene()
    {
        TubOptions options = new()
        {
            KeepaliveTimeout = Timeout.InfiniteTimeSpan,
            DisconnectTimeout = Timeout.InfiniteTimeSpan,
            Limits = Limits,
            Dialer = new Dialer(this),
        };
        _relayTub = new Tub(Identities.Relay, options, Log) { Hints = [RelayHint] };
        _clientTub = new Tub(Identities.Client, options, Log);
        Relay = new RelayServer(_relayTub, new RelayServerOptions { RegistrarName = "registrar", HoldTime = ShortHold }, Log);
        _listener = new TubListener(options: null, Log).Add(_relayTub).Add(Relay);
        _relayTub.Register(new EchoObject(), "echo");
        _relayTub.Register(new SinkObject(), "sink");
    }

    /// <summary>The FURL under which the client looks for the hostile relay.</summary>
    public static Furl HostileFurl { get; } = new(Identities.Hostile.TubId, [HostileHint], "registrar");

    public FaultLog Log { get; } = new();

    public RelayServer Relay { get; }

    /// <summary>The Tub that dials out: to the relay, and to the hostile peer if it is told to.</summary>
    public Tub ClientTub => _clientTub;


    /// <param name="registersWithHostile">Whether the client takes the hostile peer for its second relay.</param>
    public async Task StartAsync(bool registersWithHostile)
    {
        _echo = await _clientTub.GetReferenceAsync(new Furl(_relayTub.TubId, [RelayHint], "echo"));
        TimeSpan quick = TimeSpan.FromMilliseconds(1);
        RelayClientOptions options = new()
        {
            DirectConnections = false, // Of the client: there is no address behind these pipes. The relay takes them.
            Reconnection = new() { InitialDelay = quick, MaxDelay = quick, Factor = 1, Jitter = 0, StableAfter = TimeSpan.Zero },
        };
        IReadOnlyList<Furl> relays = registersWithHostile ? [Relay.RegistrarFurl, HostileFurl] : [Relay.RegistrarFurl];
        _client = RelayClient.Start(_clientTub, relays, ConnectToTarget, options, onStatus: null, Log);
        await _client.WaitUntilRegisteredAsync(1);
        _canary = CallTub(Identities.Client.TubId.ToString());
        await CheckCanaryAsync();
    }

    /// <summary>Opens a connection to the relay's port.</summary>
    public IDuplexPipe Connect()
    {
        DuplexPipePair pair = new(remoteEndPoint: new IPEndPoint(IPAddress.Loopback, 4711));
        _ = _listener.HandleAsync(pair.FirstConnection);
        return pair.Second;
    }

    /// <summary>Opens a connection to the relay's port, and asks for a Tub.</summary>
    public IDuplexPipe CallTub(string tubId)
    {
        IDuplexPipe caller = Connect();
        _ = caller.SendAsync(Encoding.ASCII.GetBytes($"GET /id/{tubId} HTTP/1.1\r\n\r\n"));
        return caller;
    }

    /// <summary>The next connection that somebody opens to the hostile peer.</summary>
    public ValueTask<IDuplexPipe> NextDialledAsync() => _dialled.Reader.ReadAsync();

    /// <summary>Sends a call and a byte beside the hostile peer, and waits for both to come back.</summary>
    public async Task CheckCanaryAsync()
    {
        Log.ThrowIfFaulted();
        _beat++;
        try
        {
            if (!Equals(await _echo!.CallAsync("echo", [(long)_beat]), (long)_beat))
            {
                throw new FuzzFailureException(FailureKind.Canary, "A call on another connection got a wrong answer.");
            }

            await _canary!.Output.WriteAsync(new[] { _beat });
            await ReadBeatAsync(_canary.Input);
        }
        catch (Exception exception) when (exception is FoolscapException or IOException)
        {
            throw new FuzzFailureException(FailureKind.Canary, $"Another connection was disturbed: {exception.Message}", exception);
        }
    }

    /// <summary>Waits until nothing is relayed but the canary's connection. Only the runner's deadline ends the wait.</summary>
    public async Task WaitUntilQuietAsync()
    {
        while (Relay.Statistics.ActiveStreams != 1 || Volatile.Read(ref _targets) != 1)
        {
            await Task.Delay(1);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            // The hostile relay need not answer.
            await _client.DisposeAsync();
        }

        await Relay.DisposeAsync();
        await _listener.DisposeAsync();
        await Task.WhenAll(_clientTub.DisposeAsync().AsTask(), _relayTub.DisposeAsync().AsTask());
        Log.ThrowIfFaulted();
    }

    /// <summary>The first answer repeats the request behind which the byte comes; all of it ends in the byte.</summary>
    private async Task ReadBeatAsync(PipeReader input)
    {
        while (true)
        {
            ReadResult result = await input.ReadAsync();
            bool isThere = !result.Buffer.IsEmpty && result.Buffer.Slice(result.Buffer.Length - 1).FirstSpan[0] == _beat;
            input.AdvanceTo(result.Buffer.End);
            if (isThere)
            {
                return;
            }

            if (result.IsCompleted)
            {
                throw new FuzzFailureException(FailureKind.Canary, "Another relayed connection has ended.");
            }
        }
    }

    private Task<TransportConnection> ConnectToTarget(CancellationToken cancellationToken)
    {
        DuplexPipePair pair = new();
        Interlocked.Increment(ref _targets);
        _ = EchoAsync(pair.Second);
        return Task.FromResult(pair.FirstConnection);
    }

    private async Task EchoAsync(IDuplexPipe pipe)
    {
        try
        {
            await pipe.Input.CopyToAsync(pipe.Output);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or OperationCanceledException)
        {
            // Reset.
        }

        await pipe.Output.CompleteAsync();
        await pipe.Input.CompleteAsync();
        Interlocked.Decrement(ref _targets);
    }

    private sealed class Dialer(Scene scene) : IConnectionDialer
    {
        public bool CanDial(ConnectionHint hint) => true;

        public Task<TransportConnection> DialAsync(ConnectionHint hint, CancellationToken cancellationToken)
        {
            DuplexPipePair pair = new();
            if (hint == RelayHint)
            {
                _ = scene._listener.HandleAsync(pair.SecondConnection);
            }
            else
            {
                scene._dialled.Writer.TryWrite(pair.Second);
            }

            return Task.FromResult(pair.FirstConnection);
        }
    }
}
