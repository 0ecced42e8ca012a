using Foolscap.Furls;

namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>Makes the peers of one test in either language, and ends them in the reverse order.</summary>
internal sealed class PeerFactory : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _peers = new();
    private readonly TestFolder _folder = new();

    public TestFolder Folder => _folder;

    public async Task<IRelayPeer> StartRelayAsync(Language language, string name = "relay") => Keep<IRelayPeer>(
        language == Language.CSharp ? new CSharpRelay() : await PythonRelay.StartAsync(_folder[$"{name}.pem"]));

    public async Task<ITargetPeer> StartTargetAsync(Language language, string name = "c") => Keep<ITargetPeer>(
        language == Language.CSharp ? new CSharpTarget(_folder[$"{name}.pem"]) : await PythonTarget.StartAsync(_folder[$"{name}.pem"]));

    public async Task<IClientPeer> StartClientAsync(Language language, Furl registrar, ITargetPeer target) => Keep<IClientPeer>(
        language == Language.CSharp ? await CSharpClient.StartAsync(registrar, target) : await PythonClient.StartAsync(registrar, target));

    /// <summary>Makes a caller, which connects when it is run.</summary>
    public ICallerPeer CreateCaller(Language language, Furl furl) => Keep<ICallerPeer>(
        language == Language.CSharp ? new CSharpCaller(furl) : new PythonCaller(furl));

    /// <summary>Has a peer ended with the others.</summary>
    public T Keep<T>(T peer)
        where T : IAsyncDisposable
    {
        _peers.Push(peer);
        return peer;
    }

    public async ValueTask DisposeAsync()
    {
        while (_peers.TryPop(out IAsyncDisposable? peer))
        {
            await peer.DisposeAsync();
        }

        _folder.Dispose();
    }
}
