using Foolscap.Furls;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Relay.Interop.Tests.Samples;

namespace Foolscap.Relay.Interop.Tests;

/// <summary>Clients that lose their relay, or have two.</summary>
[NonParallelizable] // Its tests wait for reconnections.
internal sealed class ReconnectionTests
{
    private PeerFactory _peers = null!;

    [SetUp]
    public void Start() => _peers = new PeerFactory();

    [TearDown]
    public async Task StopAsync() => await _peers.DisposeAsync();

    [Test]
    public async Task ConnectionIsCut_ClientRegistersAgain([Values] Language relay, [Values] Language client)
    {
        IRelayPeer relayPeer = await _peers.StartRelayAsync(relay);
        CuttingProxy proxy = _peers.Keep(new CuttingProxy(relayPeer.Port));
        ITargetPeer target = await _peers.StartTargetAsync(Language.CSharp);
        IClientPeer clientPeer = await _peers.StartClientAsync(
            client, relayPeer.RegistrarFurl.WithHints([ConnectionHint.Tcp("127.0.0.1", proxy.Port)]), target);
        Furl furl = await target.OfferAsync(clientPeer.Hints);
        ICallerPeer before = _peers.CreateCaller(Language.CSharp, furl);
        await before.RunAsync(CallerSteps.Hello);
        Task lost = await before.WatchAsync();

        Assert.That(proxy.Cut(), Is.EqualTo(1), "connections of the client");

        await lost.For("the end of the stream that the cut connection carried");
        await clientPeer.WaitUntilRegisteredAgainAsync();
        await _peers.CreateCaller(Language.CSharp, furl).RunAsync(CallerSteps.Callback);
    }

    [Test]
    public async Task RelayHostStartsAgainWithItsFolder_KeepsItsFurl_AndTheClientComesBack([Values] Language client)
    {
        string folder = _peers.Folder["relay"];
        RelayHostProcess first = _peers.Keep(await RelayHostProcess.StartAsync(folder));
        ITargetPeer target = await _peers.StartTargetAsync(Language.CSharp);
        IClientPeer clientPeer = await _peers.StartClientAsync(client, first.RegistrarFurl, target);
        Furl furl = await target.OfferAsync(clientPeer.Hints);
        await _peers.CreateCaller(Language.Python, furl).RunAsync(CallerSteps.Callback);

        Assert.That(await first.TerminateAsync(), Is.Zero);
        RelayHostProcess second = _peers.Keep(await RelayHostProcess.StartAsync(folder, first.RegistrarFurl.Hints));

        Assert.That(second.RegistrarFurl.ToString(), Is.EqualTo(first.RegistrarFurl.ToString()));
        await clientPeer.WaitUntilRegisteredAgainAsync();
        await _peers.CreateCaller(Language.Python, furl).RunAsync(CallerSteps.Callback);
    }

    [Test]
    public async Task ClientWithTwoRelays_HasTheHintsOfBoth_AndIsReachedThroughEither()
    {
        IRelayPeer[] relays = [await _peers.StartRelayAsync(Language.CSharp, "relay-1"), await _peers.StartRelayAsync(Language.Python, "relay-2")];
        ITargetPeer target = await _peers.StartTargetAsync(Language.Python);
        CSharpClient client = _peers.Keep(await CSharpClient.StartAsync([.. relays.Select(relay => relay.RegistrarFurl)], target));

        ConnectionHint[] hints = [.. relays.Select(relay => ConnectionHint.Tcp("127.0.0.1", relay.Port))];
        Assert.That(client.Hints, Is.EquivalentTo(hints));
        Furl furl = await target.OfferAsync(client.Hints);
        Assert.That(furl.Hints, Is.EquivalentTo(hints));
        foreach (ConnectionHint hint in hints)
        {
            await _peers.CreateCaller(Language.Python, furl.WithHints([hint])).RunAsync(CallerSteps.Callback);
        }

        await relays[0].DisposeAsync();
        await _peers.CreateCaller(Language.Python, furl).RunAsync(CallerSteps.Callback);
    }
}
