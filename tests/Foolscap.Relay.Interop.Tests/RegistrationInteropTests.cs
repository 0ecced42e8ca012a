using Foolscap.Furls;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Relay.Interop.Tests.Raw;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests;

/// <summary>Who may register whom, at both relays.</summary>
[NonParallelizable] // Its tests run Python programs.
internal sealed class RegistrationInteropTests
{
    private PeerFactory _peers = null!;

    [SetUp]
    public void Start() => _peers = new PeerFactory();

    [TearDown]
    public async Task StopAsync() => await _peers.DisposeAsync();

    [Test]
    public async Task Register_OfSomeoneElsesTubId_ByACSharpTub_IsRefused([Values] Language relay)
    {
        IRelayPeer relayPeer = await _peers.StartRelayAsync(relay);
        RemoteReference victim = await GetRegistrarAsync(TestCertificates.Low, relayPeer);
        await RegisterAsync(victim, MakeListener("the rightful owner was asked"));

        RemoteReference impostor = await GetRegistrarAsync(TestCertificates.Mid, relayPeer);
        Referenceable listener = MakeListener("the impostor was asked");
        RemoteException? registering = await Assert.ThrowsAsync<RemoteException>(
            () => impostor.CallAsync("register", [TestCertificates.Low.TubId.ToString(), listener, new Dictionary<object, object?>()]).For("a refusal"));
        RemoteException? unregistering = await Assert.ThrowsAsync<RemoteException>(
            () => impostor.CallAsync("unregister", [TestCertificates.Low.TubId.ToString(), listener]).For("a refusal"));

        Assert.That(registering!.RemoteMessage, Does.Contain(TestCertificates.Low.TubId.ToString()));
        Assert.That(unregistering!.RemoteMessage, Does.Contain(TestCertificates.Low.TubId.ToString()));
        Assert.That(await AskForAsync(TestCertificates.Low.TubId, relayPeer), Does.Contain("the rightful owner was asked"));
    }

    [Test]
    public async Task Register_OfSomeoneElsesTubId_ByAPythonTub_IsRefused([Values] Language relay)
    {
        IRelayPeer relayPeer = await _peers.StartRelayAsync(relay);
        TubId victim = TestCertificates.Low.TubId;
        await RegisterAsync(await GetRegistrarAsync(TestCertificates.Low, relayPeer), MakeListener("the rightful owner was asked"));

        PythonPeer impostor = _peers.Keep(PythonPeer.Start(
            "impostor.py", "--registrar", relayPeer.RegistrarFurl.ToString(), "--tubid", victim.ToString()));

        foreach (string attempt in new[] { "registering", "unregistering" })
        {
            Assert.That((await impostor.TakeEventAsync(attempt)).GetProperty("error").GetString(), Does.Contain(victim.ToString()), attempt);
        }

        await impostor.StopAsync();
        Assert.That(await AskForAsync(victim, relayPeer), Does.Contain("the rightful owner was asked"));
    }

    [Test]
    public async Task Unregister_OfAListenerThatIsNotRegistered_IsRefused([Values] Language relay)
    {
        IRelayPeer relayPeer = await _peers.StartRelayAsync(relay);
        RemoteReference registrar = await GetRegistrarAsync(TestCertificates.High, relayPeer);
        Referenceable registered = MakeListener("the registered one was asked");
        await RegisterAsync(registrar, registered);

        RemoteException? refused = await Assert.ThrowsAsync<RemoteException>(() => UnregisterAsync(registrar, MakeListener("another one was asked")));
        Assert.That(refused!.RemoteMessage, Does.Contain(TestCertificates.High.TubId.ToString()).Or.Contain("listener"));
        Assert.That(await AskForAsync(TestCertificates.High.TubId, relayPeer), Does.Contain("the registered one was asked"));

        await UnregisterAsync(registrar, registered);
        Assert.That(await AskForAsync(TestCertificates.High.TubId, relayPeer), Does.Contain("404 Not Found: unknown TubID"));
        await Assert.ThrowsAsync<RemoteException>(() => UnregisterAsync(registrar, registered), "It was registered no longer.");
    }

    [Test]
    public async Task Register_OnTheSameConnection_NewestWins([Values] Language relay)
    {
        IRelayPeer relayPeer = await _peers.StartRelayAsync(relay);
        RemoteReference registrar = await GetRegistrarAsync(TestCertificates.High, relayPeer);
        Referenceable older = MakeListener("the older one was asked");
        await RegisterAsync(registrar, older);
        await RegisterAsync(registrar, MakeListener("the newer one was asked"));

        await Assert.ThrowsAsync<RemoteException>(() => UnregisterAsync(registrar, older), "The older one was registered no longer.");

        Assert.That(await AskForAsync(TestCertificates.High.TubId, relayPeer), Does.Contain("the newer one was asked"));
    }

    [Test]
    public async Task Register_ByAnotherProcessWithTheSameCertificate_NewestWins([Values] Language relay)
    {
        IRelayPeer relayPeer = await _peers.StartRelayAsync(relay);
        RemoteReference older = await GetRegistrarAsync(TestCertificates.Low, relayPeer);
        await RegisterAsync(older, MakeListener("the older one was asked"));

        RemoteReference newer = await GetRegistrarAsync(TestCertificates.Low, relayPeer);
        await RegisterAsync(newer, MakeListener("the newer one was asked"));

        // Its end must not end the newer registration.
        await older.Connection.Ended.For("the end of the older connection, which Foolscap drops");
        Assert.That(await AskForAsync(TestCertificates.Low.TubId, relayPeer), Does.Contain("the newer one was asked"));
    }

    /// <summary>A listener that takes no connection, and says why: the caller's status line tells who was asked.</summary>
    private static Referenceable MakeListener(string reason) =>
        new Referenceable().On("accept", call => throw new InvalidOperationException(reason));

    private async Task<RemoteReference> GetRegistrarAsync(TubCertificate certificate, IRelayPeer relay) =>
        await _peers.Keep(new Tub(certificate)).GetReferenceAsync(relay.RegistrarFurl).For("a reference to the registrar");

    private static Task<object?> RegisterAsync(RemoteReference registrar, Referenceable listener) =>
        registrar.CallAsync("register", [registrar.Connection.LocalTubId.ToString(), listener, new Dictionary<object, object?>()]).For("a registration");

    private static Task<object?> UnregisterAsync(RemoteReference registrar, Referenceable listener) =>
        registrar.CallAsync("unregister", [registrar.Connection.LocalTubId.ToString(), listener]).For("an answer to unregister");

    /// <summary>The status line that a caller of a Tub gets.</summary>
    private static async Task<string> AskForAsync(TubId tubId, IRelayPeer relay)
    {
        using RawSocket b = await RawSocket.ConnectAsync(relay.Port);
        await b.SendAsync(RawSocket.MakeRequest(tubId));
        return await b.ReceiveTextToEndAsync();
    }
}
