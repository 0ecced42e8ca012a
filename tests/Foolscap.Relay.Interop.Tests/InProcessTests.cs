using Foolscap.Relay.Client;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests;

/// <summary>A Tub C that listens on no port at all: its own relay client hands it each connection in the process.</summary>
internal sealed class InProcessTests
{
    [Test]
    public async Task Caller_ThroughTheRelay_AllStepsPassAndTheTubSeesItsAddress([Values] Language b, [Values] bool direct)
    {
        await using PeerFactory peers = new();
        CSharpRelay relay = peers.Keep(new CSharpRelay(direct: direct));
        CSharpTarget target = peers.Keep(new CSharpTarget(peers.Folder["c.pem"], listens: false));
        await using RelayClient client = RelayClient.Start(target.Tub, [relay.RegistrarFurl], target.Listener, CSharpClient.Patient);
        await client.WaitUntilRegisteredAsync().For("the registration");
        ICallerPeer caller = peers.CreateCaller(b, await target.OfferAsync(client.Hints));

        await caller.RunAsync(CallerSteps.All);

        Assert.That(target.Callers, Is.Not.Empty.And.All.InstanceOf<ForwardedEndPoint>().And.All.Property("Address").StartsWith("127.0.0.1:"));
        Assert.That(relay.Server.Statistics.TotalDirectStreams, direct ? Is.Positive : Is.Zero);
        await caller.DropAsync();
        await target.WaitForLostAsync(1);
    }

    [Test]
    public async Task TubStops_CallersNoticeIt([Values] bool direct)
    {
        await using PeerFactory peers = new();
        CSharpRelay relay = peers.Keep(new CSharpRelay(direct: direct));
        CSharpTarget target = peers.Keep(new CSharpTarget(peers.Folder["c.pem"], listens: false));
        await using Tub clientTub = new(TubCertificate.Load(target.PemFile));
        await using RelayClient client = RelayClient.Start(clientTub, [relay.RegistrarFurl], target.Listener, CSharpClient.Patient);
        await client.WaitUntilRegisteredAsync().For("the registration");
        ICallerPeer caller = peers.CreateCaller(Language.Python, await target.OfferAsync(client.Hints));
        await caller.RunAsync(CallerSteps.Hello);
        Task disconnected = await caller.WatchAsync();

        await target.StopAsync();

        await disconnected.For("B's notice that C has stopped");
    }
}
