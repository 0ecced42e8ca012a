using System.Net.Sockets;
using Foolscap.Furls;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Relay.Interop.Tests.Raw;
using Foolscap.Relay.Server;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests;

/// <summary>One port for the relay's own Tub and all the Tubs behind it, and the other ways to the relay.</summary>
[NonParallelizable] // Its tests run Python programs.
internal sealed class RelayPortTests
{
    [Test]
    public async Task OwnTubAndTwoRelayedTubs_OnOnePort_EachAnswersItsOwnCallers()
    {
        await using PeerFactory peers = new();
        CSharpRelay relay = peers.Keep(new CSharpRelay());
        Furl own = relay.Tub.Register(new Referenceable().On("greet", call => "the relay itself"));
        List<Furl> furls = [];
        foreach (Language language in Enum.GetValues<Language>())
        {
            ITargetPeer target = await peers.StartTargetAsync(language, $"c-{language}");
            IClientPeer client = await peers.StartClientAsync(Language.CSharp, relay.RegistrarFurl, target);
            furls.Add(await target.OfferAsync(client.Hints));
        }

        Assert.That(
            furls.Append(own).SelectMany(furl => furl.Hints),
            Is.All.EqualTo(ConnectionHint.Tcp("127.0.0.1", relay.Port)));
        Assert.That(relay.Server.Statistics.RegisteredTubs, Is.EqualTo(2));
        await Task.WhenAll(furls.Select(furl => peers.CreateCaller(Language.Python, furl).RunAsync(CallerSteps.Types, CallerSteps.Hello)));

        Tub caller = peers.Keep(new Tub(TubCertificate.Create()));
        RemoteReference itself = await caller.GetReferenceAsync(own).For("a reference to the relay's own object");
        Assert.That(await itself.CallAsync<string>("greet").For("the relay's own answer"), Is.EqualTo("the relay itself"));
        Assert.That(relay.Server.Statistics.TotalStreams, Is.EqualTo(2));
    }

    [Test]
    public async Task TubThatDoesNotListen_Is503_AndThePythonCallerSeesTheReason()
    {
        await using RawRoute route = await RawRoute.StartAsync();
        using TransferBeside transfer = await TransferBeside.StartAsync(route);
        route.CloseTarget();

        string error = await PythonCaller.FailToConnectAsync(new Furl(route.TubId, [ConnectionHint.Tcp("127.0.0.1", route.Relay.Port)], "target"));
        using RawSocket b = await RawSocket.ConnectAsync(route.Relay.Port);
        await b.SendAsync(RawSocket.MakeRequest(route.TubId));
        string answer = await b.ReceiveTextToEndAsync();

        Assert.That(answer, Does.Match(@"\AHTTP/1\.1 503 Service Unavailable: [^\r\n]*cannot be reached[^\r\n]*\r\n\r\n\z"));
        Assert.That(error, Does.Contain(answer.TrimEnd()));
        Assert.That(route.Relay.Server.Statistics.Refusals[RelayRefusal.TubRefused], Is.EqualTo(2));
        await transfer.FinishAsync();
    }

    [TestCase(0, TestName = "HandleAsync_WithPipes_RelaysTheConnection")]
    [TestCase(10, TestName = "HandleAsync_WithPipesAndAPartOfTheRequestRead_RelaysTheConnection")]
    [TestCase(150, TestName = "HandleAsync_WithPipesAndTheRequestAndMoreRead_RelaysTheConnection")]
    public Task HandleAsync_WithPipes_RelaysTheConnection(int bytesRead) =>
        CheckHostIsRelayedAsync(socket => HostListener.MakePipesAsync(socket, bytesRead));

    [Test]
    public Task HandleAsync_WithPipesOfAStream_RelaysTheConnection() => CheckHostIsRelayedAsync(HostListener.MakeStreamPipesAsync);

    [TestCase(0, TestName = "HandleAsync_WithPipesAndACallerThatWaits_RelaysUpToBothEnds")]
    [TestCase(10, TestName = "HandleAsync_WithPipesAndAPartOfTheRequestReadAndACallerThatWaits_RelaysUpToBothEnds")]
    [TestCase(RawSocket.RequestLength, TestName = "HandleAsync_WithPipesAndTheRequestReadAndACallerThatWaits_RelaysUpToBothEnds")]
    public async Task HandleAsync_WithPipesAndACallerThatWaits_RelaysUpToBothEnds(int bytesRead)
    {
        await using RawRoute route = await RawRoute.StartAsync();
        using HostListener host = new(route.Relay.Server);
        (RawSocket b, RawSocket c) = await route.OpenAsync(() => host.ConnectAsync(socket => HostListener.MakePipesAsync(socket, bytesRead)));
        using RawSocket first = b;
        using RawSocket second = c;
        await b.SendAsync("the last words");
        b.End();

        Assert.That(await c.ReceiveTextToEndAsync(), Is.EqualTo("the last words"));
        await c.SendPatternAsync(0, 100_000);
        c.End();
        Assert.That(await b.ReceiveToEndAsync(), Is.EqualTo(Pattern.Make(100_000)));
    }

    [Test]
    public async Task HandleAsync_WithTheRelaysOwnTubId_NegotiatesWithTheRelaysTub()
    {
        await using PeerFactory peers = new();
        CSharpRelay relay = peers.Keep(new CSharpRelay());
        Furl own = relay.Tub.Register(new Referenceable().On("greet", call => "the relay itself"));
        using HostListener host = new(relay.Server);
        Task served = host.ServeAsync(socket => HostListener.MakePipesAsync(socket, bytesToRead: 20));

        Tub caller = peers.Keep(new Tub(TubCertificate.Create()));
        RemoteReference itself = await caller.GetReferenceAsync(own.WithHints([ConnectionHint.Tcp("127.0.0.1", host.Port)])).For("a reference");
        await served.For("the end of HandleAsync");

        Assert.That(await itself.CallAsync<string>("greet").For("an answer"), Is.EqualTo("the relay itself"));
    }

    [Test]
    public async Task HandleAsync_WithAnUnknownTubId_Refuses()
    {
        await using PeerFactory peers = new();
        using HostListener host = new(peers.Keep(new CSharpRelay()).Server);
        using RawSocket b = await host.ConnectAsync(socket => HostListener.MakePipesAsync(socket, bytesToRead: 20));
        await b.SendAsync("GET /id/nobody HTTP/1.1\r\n\r\n");

        Assert.That(await b.ReceiveTextToEndAsync(), Is.EqualTo("HTTP/1.1 404 Not Found: unknown TubID nobody\r\n\r\n"));
    }

    /// <summary>B sends its request and a hundred bytes more at once, and then much in each direction.</summary>
    private static async Task CheckHostIsRelayedAsync(Func<Socket, Task<TransportConnection>> makeConnection)
    {
        await using RawRoute route = await RawRoute.StartAsync();
        using HostListener host = new(route.Relay.Server);
        byte[] request = RawSocket.MakeRequest(route.TubId);
        using RawSocket b = await RawSocket.ConnectAsync(host.Port);
        Task served = host.ServeAsync(makeConnection);
        await b.SendAsync((byte[])[.. request, .. Pattern.Make(100)]);
        using RawSocket c = await route.AcceptAsync();
        await served.For("the end of HandleAsync");

        Assert.That(await c.ReceiveExactlyAsync(request.Length), Is.EqualTo(request));
        await c.ReceivePatternAsync(0, 100);
        await Task.WhenAll(b.SendPatternAsync(100, 1_000_000), c.ReceivePatternAsync(100, 1_000_000));
        await Task.WhenAll(c.SendPatternAsync(0, 1_000_000), b.ReceivePatternAsync(0, 1_000_000));
    }
}
