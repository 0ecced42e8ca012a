using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;

namespace Foolscap.Relay.Server.Tests.Observation;

/// <summary>What a host can ask a relay at any moment.</summary>
internal sealed class SnapshotTests : RelayFixture
{
    [Test]
    public async Task GetTubs_NobodyIsRegistered_IsEmpty()
    {
        Assert.That(Test.Relay.GetTubs(), Is.Empty);
        await Test.RegisterAsync();
        await Test.First.CallRegistrarAsync(RelayProtocol.Unregister, Test.ClientId, await Test.RegisterAsync());
        Assert.That(Test.Relay.GetTubs(), Is.Empty);
    }

    [Test]
    public async Task GetTubs_TubWithoutStreams_TellsWhoSinceWhenAndWhenItWasSeen()
    {
        DateTimeOffset registered = Test.Time.GetUtcNow();
        await Test.RegisterAsync();
        Test.Time.Advance(TimeSpan.FromSeconds(5));
        await Test.RefusedAsync("list"); // Nothing of it comes later, as the end of a reference would.
        DateTimeOffset seen = Test.Time.GetUtcNow();
        Test.Time.Advance(TimeSpan.FromSeconds(3));
        RegisteredTub tub = Test.Relay.GetTubs().Single();
        Assert.Multiple(() =>
        {
            Assert.That((tub.TubId, tub.Address), Is.EqualTo((Test.Client.TubId, Test.Network.Links[0].First.RemoteEndPoint)));
            Assert.That(tub.Since, Is.EqualTo(registered));
            Assert.That(tub.LastSeen, Is.EqualTo(seen).Within(TimeSpan.FromMilliseconds(1)));
            Assert.That((tub.ActiveStreams, tub.TotalStreams, tub.BytesToTub, tub.BytesFromTub), Is.EqualTo((0, 0L, 0L, 0L)));
        });
    }

    [Test]
    public async Task GetTubs_WhileAndAfterAStream_CountsWhatItCarriesAndHasCarried()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller first = await Test.CallAsync();
        await TransferAsync(listener, first);
        AssertTub(active: 1, total: 1, first.Request.Length, fromTub: 3);
        await EndAsync(first);
        AssertTub(active: 0, total: 1, first.Request.Length, fromTub: 3);
        await TransferAsync(listener, await Test.CallAsync());
        AssertTub(active: 1, total: 2, 2 * first.Request.Length, fromTub: 6);
    }

    [Test]
    public async Task GetTubs_RegisteredAnew_CountsGoOn()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        await TransferAsync(listener, caller);
        Test.Time.Advance(TimeSpan.FromSeconds(7));
        DateTimeOffset anew = Test.Time.GetUtcNow();
        await Test.RegisterAsync();
        AssertTub(active: 1, total: 1, caller.Request.Length, fromTub: 3);
        Assert.That(Test.Relay.GetTubs().Single().Since, Is.EqualTo(anew));
    }

    [Test]
    public async Task GetConnections_OneIsRelayed_TellsBetweenWhomSinceWhenAndHowMuch()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Assert.That(Test.Relay.GetConnections(), Is.Empty);
        DateTimeOffset since = Test.Time.GetUtcNow();
        Caller caller = await Test.CallAsync();
        await TransferAsync(listener, caller);
        Test.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(
            Test.Relay.GetConnections().Single(),
            Is.EqualTo(new RelayedConnection(Test.Client.TubId, "198.51.100.7:4711", since, IsDirect: false, caller.Request.Length, 3)));
        await EndAsync(caller);
        Assert.That(Test.Relay.GetConnections(), Is.Empty);
    }

    [Test]
    public async Task IsDraining_FromTheDrainOn_IsTrue()
    {
        Assert.That(Test.Relay.IsDraining, Is.False);
        await Test.Relay.DrainAsync(TimeSpan.FromSeconds(1));
        Assert.That(Test.Relay.IsDraining, Is.True);
    }

    /// <summary>Has a Tub take a caller's request, and answer with three bytes.</summary>
    private static async Task TransferAsync(ScriptedListener listener, Caller caller)
    {
        (ScriptedEnd handler, Foolscap.Tubs.RemoteReference responder) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        await responder.CallAsync(RelayProtocol.Write, [new byte[3]]).Within("the answer to a write");
        await caller.Outside.ReceiveAsync(3);
    }

    private async Task EndAsync(Caller caller)
    {
        await caller.Outside.Output.CompleteAsync(new IOException("reset"));
        await Test.UntilAsync(() => Test.Relay.Statistics.ActiveStreams == 0 && Test.Relay.GetTubs().Single().ActiveStreams == 0, "the end of a stream");
    }

    private void AssertTub(int active, long total, long toTub, long fromTub)
    {
        RegisteredTub tub = Test.Relay.GetTubs().Single();
        Assert.That((tub.ActiveStreams, tub.TotalStreams, tub.BytesToTub, tub.BytesFromTub), Is.EqualTo((active, total, toTub, fromTub)));
    }
}
