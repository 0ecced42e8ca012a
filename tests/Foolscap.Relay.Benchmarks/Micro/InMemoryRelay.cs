using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Foolscap.Relay.Client;
using Foolscap.Relay.Server;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Benchmarks.Micro;

/// <summary>A relay and a client in one process, with TLS between them, and pipes in place of all sockets. Not thread-safe.</summary>
internal sealed class InMemoryRelay : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Channel<DuplexPipePair> _targets = Channel.CreateBounded<DuplexPipePair>(16);
    private readonly InMemoryNetwork _network = new();
    private readonly TestTub _relayTub;
    private readonly RelayServer _relay;
    private readonly Tub _clientTub;
    private readonly RelayClient _client;
    private readonly byte[] _request;

    private InMemoryRelay()
    {
        _relayTub = new TestTub(_network, TestCertificates.High);
        _relay = new RelayServer(_relayTub.Tub);
        _relayTub.Listener.Add(_relay);
        _clientTub = new Tub(TestCertificates.Low, new TubOptions { Dialer = _network });
        _request = CallerRequest.Make(_clientTub.TubId);
        _client = RelayClient.Start(_clientTub, [_relay.RegistrarFurl], ConnectToTargetAsync, new RelayClientOptions { WatchNetwork = false, DirectConnections = false });
    }

    public static async Task<InMemoryRelay> StartAsync()
    {
        InMemoryRelay relay = new();
        await relay._client.WaitUntilRegisteredAsync().WaitAsync(Limit);
        return relay;
    }

    /// <summary>Opens a stream.</summary>
    /// <returns>The caller's end of it, and the Tub's, from which the request has been taken.</returns>
    public async Task<(IDuplexPipe Caller, IDuplexPipe Target)> OpenAsync()
    {
        DuplexPipePair caller = new(remoteEndPoint: new IPEndPoint(IPAddress.Parse("198.51.100.7"), 4711));
        await caller.Second.Output.WriteAsync(_request);
        await _relay.HandleAsync(caller.FirstConnection);
        DuplexPipePair target = await _targets.Reader.ReadAsync().AsTask().WaitAsync(Limit);
        ReadResult header = await target.Second.Input.ReadAtLeastAsync(_request.Length);
        target.Second.Input.AdvanceTo(header.Buffer.GetPosition(_request.Length));
        return (caller.Second, target.Second);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _clientTub.DisposeAsync();
        await _relay.DisposeAsync();
        await _relayTub.DisposeAsync();
    }

    private async Task<TransportConnection> ConnectToTargetAsync(CancellationToken cancellationToken)
    {
        DuplexPipePair target = new();
        await _targets.Writer.WriteAsync(target, cancellationToken);
        return target.FirstConnection;
    }
}
