using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tool.Tests.Running;

/// <summary>A relay in a process of its own, and through it a caller and a Tub of this process with a stream between them.</summary>
internal sealed class Relayed : IAsyncDisposable
{
    private const string Name = "greeter";

    private readonly TestFolder _folder;
    private readonly Tub _tub;
    private readonly TubListener _listener;
    private readonly Tub _caller = new(TestCertificates.Mid);
    private RelayClient _client = null!;
    private RemoteReference _greeter = null!;

    private Relayed(TestFolder folder, RunningRelay relay)
    {
        (_folder, Relay) = (folder, relay);
        _tub = new Tub(TestCertificates.Low);
        _tub.Register(new Referenceable().On("greet", call => $"Hello, {call.Get<string>(0)}!"), Name);
        _listener = new TubListener().Add(_tub);
    }

    public RunningRelay Relay { get; }

    /// <summary>The Tub's FURL, by way of the relay.</summary>
    public Furl Furl => new(_tub.TubId, Relay.Registrar.Hints, Name);

    public static async Task<Relayed> StartAsync(params IEnumerable<string> serveArguments)
    {
        TestFolder folder = new();
        Relayed relayed = new(folder, await RunningRelay.StartInForegroundAsync(folder["relay"], serveArguments));
        EndPoint target = relayed._listener.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        relayed._client = RelayClient.Start(relayed._tub, [relayed.Relay.Registrar], target);
        await relayed._client.WaitUntilRegisteredAsync(1).WaitAsync(ToolProcess.Limit);
        relayed._greeter = await relayed._caller.GetReferenceAsync(relayed.Furl).WaitAsync(ToolProcess.Limit);
        return relayed;
    }

    /// <summary>The stream carries what it is given.</summary>
    public async Task AssertGoesOnAsync() =>
        Assert.That(await _greeter.CallAsync<string>("greet", ["B"]).WaitAsync(ToolProcess.Limit), Is.EqualTo("Hello, B!"));

    /// <summary>The caller goes.</summary>
    public ValueTask EndStreamAsync() => _caller.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        _greeter.Dispose();
        await _caller.DisposeAsync();
        await _client.DisposeAsync();
        await _listener.DisposeAsync();
        await _tub.DisposeAsync();
        await Relay.DisposeAsync();
        _folder.Dispose();
    }
}
