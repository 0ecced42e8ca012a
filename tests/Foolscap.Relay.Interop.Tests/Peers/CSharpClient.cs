using System.Collections.Concurrent;
using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>The relay client of this repository, with a Tub object of its own as a program of its own would have.</summary>
internal sealed class CSharpClient : IClientPeer
{
    /// <summary>A machine that stands still for a moment is no reason for the message path.</summary>
    public static readonly RelayClientOptions Patient = new() { DirectTimeout = Waiting.Limit };

    private readonly Tub _tub;
    private readonly RelayClient _client;
    private readonly BlockingCollection<RelayStatus> _statuses = [];

    private CSharpClient(
        TubCertificate certificate,
        IReadOnlyList<Furl> registrars,
        Func<CancellationToken, Task<TransportConnection>> connectToTarget,
        RelayClientOptions? options,
        TimeProvider? time)
    {
        _tub = new Tub(certificate, timeProvider: time);
        _client = RelayClient.Start(_tub, registrars, connectToTarget, options ?? Patient, onStatus: _statuses.Add);
    }

    public IReadOnlyList<ConnectionHint> Hints => _client.Hints;

    public TubId TubId => _tub.TubId;

    public static Task<CSharpClient> StartAsync(Furl registrar, ITargetPeer target) => StartAsync([registrar], target);

    public static Task<CSharpClient> StartAsync(IReadOnlyList<Furl> registrars, ITargetPeer target) =>
        StartAsync(TubCertificate.Load(target.PemFile), registrars, target.EndPoint);

    public static Task<CSharpClient> StartAsync(TubCertificate certificate, IReadOnlyList<Furl> registrars, EndPoint target) =>
        StartAsync(certificate, registrars, ended => TransportConnection.ConnectTcpAsync(target, ended));

    public static async Task<CSharpClient> StartAsync(
        TubCertificate certificate,
        IReadOnlyList<Furl> registrars,
        Func<CancellationToken, Task<TransportConnection>> connectToTarget,
        RelayClientOptions? options = null,
        TimeProvider? time = null)
    {
        CSharpClient client = new(certificate, registrars, connectToTarget, options, time);
        await client._client.WaitUntilRegisteredAsync().For("the registration of the client");
        return client;
    }

    public async Task WaitUntilRegisteredAgainAsync()
    {
        await TakeStatusAsync(RelayState.Waiting);
        await TakeStatusAsync(RelayState.Registered);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync().AsTask().For("the end of the client");
        await _tub.DisposeAsync().AsTask().For("the end of the client's Tub");
    }

    private Task TakeStatusAsync(RelayState state) => Task.Run(() =>
    {
        List<RelayStatus> seen = [];
        while (_statuses.TryTake(out RelayStatus? status, Waiting.Limit))
        {
            seen.Add(status);
            if (status.State == state)
            {
                return;
            }
        }

        throw new TimeoutException($"The client never came to the state {state}, but: {string.Join(", ", seen)}.");
    });
}
