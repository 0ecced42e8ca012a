using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Faults.Tests.Fixtures;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Faults.Tests;

/// <summary>Each of the four programs is killed (SIGKILL) in a transfer; B and C are plain Python Foolscap where it is them.</summary>
internal sealed class KillTests
{
    [Test]
    public async Task RelayKilledInATransfer_BothEndsSeeTheEnd_AndTheClientComesBackToTheNextOne()
    {
        await using FaultyRoute route = await FaultyRoute.StartAsync();
        await route.WarmUpAsync();
        RunningTransfer transfer = await route.StartTransferAsync();

        await route.Relay.KillAsync();

        (_, StreamOutcome atC) = await transfer.WaitForEndsAsync();
        Assert.That(atC, Is.EqualTo(StreamOutcome.Reset), "C's stream, which the client has to abort");
        await route.StartRelayAsync();
        await route.WaitUntilAttachedAsync();
        await route.CheckRecoveredAsync();
    }

    [Test]
    public async Task ClientKilledInATransfer_BothEndsSeeTheEnd_AndTheNextClientIsServed()
    {
        await using FaultyRoute route = await FaultyRoute.StartAsync();
        await route.WarmUpAsync();
        RunningTransfer transfer = await route.StartTransferAsync();

        await route.Client.KillAsync();

        (StreamOutcome atB, _) = await transfer.WaitForEndsAsync();
        Assert.That(atB, Is.EqualTo(StreamOutcome.Reset), "B's stream, which the relay has to abort");
        await route.StartClientAsync();
        await route.CheckRecoveredAsync();
    }

    [Test]
    public async Task TargetKilledInATransfer_CallerSeesTheEnd_AndTheNextTargetIsReached()
    {
        await using PythonTarget first = await StartTargetAsync();
        await using FaultyRoute route = await FaultyRoute.StartAsync(target: first.EndPoint);
        await using PythonPeer caller = await StartPouringAsync(await OfferAsync(first, route));
        (Figures relay, Figures client) = await route.RestAsync();

        await first.KillAsync();

        await caller.TakeStepAsync("pour", ok: false);
        await caller.StopAsync();
        await using PythonTarget second = await StartTargetAsync(first.EndPoint);
        await CheckCallsAsync(await OfferAsync(second, route));
        await relay.WaitUntilBackAsync("the relay", route.Relay);
        await client.WaitUntilBackAsync("the client", route.Client);
    }

    [Test]
    public async Task CallerKilledInATransfer_TargetSeesTheEnd_AndTheNextCallerIsServed()
    {
        await using PythonTarget target = await StartTargetAsync();
        await using FaultyRoute route = await FaultyRoute.StartAsync(target: target.EndPoint);
        Furl furl = await OfferAsync(target, route);
        await using PythonPeer caller = await StartPouringAsync(furl);
        (Figures relay, Figures client) = await route.RestAsync();

        await caller.KillAsync();

        await target.WaitForLostAsync(1);
        await CheckCallsAsync(furl);
        await relay.WaitUntilBackAsync("the relay", route.Relay);
        await client.WaitUntilBackAsync("the client", route.Client);
    }

    private static Task<PythonTarget> StartTargetAsync(IPEndPoint? endPoint = null) =>
        PythonTarget.StartAsync(FaultyRoute.PemFile, endPoint ?? new IPEndPoint(FaultyNetwork.Current.TargetAddress, FreePort.Find()));

    private static Task<Furl> OfferAsync(PythonTarget target, FaultyRoute route) => target.OfferAsync(route.Hints);

    /// <summary>Starts a caller that says hello, and then sends data and gets it back for as long as it lives.</summary>
    private static async Task<PythonPeer> StartPouringAsync(Furl furl)
    {
        PythonPeer caller = PythonPeer.Start("caller_b.py", "--furl", furl.ToString(), "--steps", "hello,pour");
        await caller.TakeStepAsync("hello");
        await caller.TakeEventAsync("poured");
        await caller.TakeEventAsync("poured");
        return caller;
    }

    /// <summary>Data of a new caller arrives unchanged, both ways.</summary>
    private static async Task CheckCallsAsync(Furl furl)
    {
        await using PythonPeer caller = PythonPeer.Start("caller_b.py", "--furl", furl.ToString(), "--steps", "up,down", "--size", "1000000");
        await caller.TakeStepAsync("up");
        await caller.TakeStepAsync("down");
        await caller.TakeEventAsync("done");
        await caller.StopAsync();
    }
}
