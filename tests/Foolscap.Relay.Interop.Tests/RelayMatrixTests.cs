using Foolscap.Furls;
using Foolscap.Relay.Interop.Tests.Peers;

namespace Foolscap.Relay.Interop.Tests;

/// <summary>Relay, client, B and C, each in C# and in Python, in all sixteen combinations.</summary>
[NonParallelizable] // Each cell runs up to five processes.
internal sealed class RelayMatrixTests
{
    private static IEnumerable<TestCaseData> Cells =>
        from relay in Enum.GetValues<Language>()
        from client in Enum.GetValues<Language>()
        from b in Enum.GetValues<Language>()
        from c in Enum.GetValues<Language>()
        select new TestCaseData(relay, client, b, c).SetArgDisplayNames($"relay {relay}", $"client {client}", $"B {b}", $"C {c}");

    [TestCaseSource(nameof(Cells))]
    public async Task TwoCallersAtOnce_ThroughTheRelay_AllStepsPassAndEndsAreNoticed(Language relay, Language client, Language b, Language c)
    {
        await using PeerFactory peers = new();
        Task<IRelayPeer> starting = peers.StartRelayAsync(relay);
        ITargetPeer target = await peers.StartTargetAsync(c);
        IRelayPeer relayPeer = await starting;
        IClientPeer clientPeer = await peers.StartClientAsync(client, relayPeer.RegistrarFurl, target);
        Assert.That(clientPeer.Hints, Is.EqualTo(new[] { ConnectionHint.Tcp("127.0.0.1", relayPeer.Port) }));
        Furl furl = await target.OfferAsync(clientPeer.Hints);

        ICallerPeer first = peers.CreateCaller(b, furl);
        ICallerPeer second = peers.CreateCaller(b, furl);
        await Task.WhenAll(first.RunAsync(CallerSteps.All), second.RunAsync(CallerSteps.All));

        await first.DropAsync();
        await target.WaitForLostAsync(1);
        Assert.That(await second.AskLostAsync(), Is.EqualTo(1));

        Task disconnected = await second.WatchAsync();
        Assert.That(disconnected.IsCompleted, Is.False, "B lost its connection before C stopped.");
        await target.StopAsync();
        await disconnected.For("B's notice that C has stopped");
    }
}
