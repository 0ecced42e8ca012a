using Foolscap.Relay.Fuzz.Hostile;
using Foolscap.Relay.Fuzz.Mutation;
using Foolscap.Tubs.Tests.Banana;

namespace Foolscap.Relay.Fuzz.Targets;

/// <summary>
/// A live connection, behind its negotiation: hostile messages to a Tub that offers an object (1), one that takes byte
/// strings (2), and waits for answers of the hostile peer itself (requests 1 to 3).
/// </summary>
internal sealed class ConnectionTarget : SceneTarget
{
    private readonly PeerSlot _peer;

    public ConnectionTarget() => _peer = new PeerSlot(OpenAsync);

    public override string Name => "connection";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            "(call 9 1 'echo' (arguments 1 (list 1 'x' (unicode 'y') 2.5)))", "(call 9 1 'call' (arguments 1 (my-reference 50 '')))",
            "(call 9 2 'write' (arguments 1 'abc'))", "(answer 1 (list 1 2))", "(answer 1000001 (my-reference 60 ''))",
            "(call 9 0 'decref' (arguments 0 'clid' 1 'count' 1))", "(call 9 0 'getReferenceByName' (arguments 0 'name' 'echo'))",
            "(call 9 1 'echo' (arguments 2 (your-reference 2) (dict (unicode 'a') (tuple 1 (boolean 1)))))", "PING",
        }.Select(Wire.Bytes),
        .. SessionSeeds.Messages,
        .. ValueSeeds.All,
    ];

    public override IMutator Mutator { get; } = new AnyMutator(new BananaMutator("call", "back"), new BananaMutator(), new ByteMutator());

    public override async Task RunAsync(byte[] input)
    {
        Step = "a new connection";
        HostilePeer peer = await _peer.GetAsync();
        Step = "the PONG behind the input, or the end";
        if (!await peer.ExchangeAsync(Placeholders.Fill(TokenStream.Parse(input), requestId: 1, clid: 1)))
        {
            Step = "the end of the connection";
            await _peer.DisposeAsync();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        Step = "the end of the connection";
        await _peer.DisposeAsync();
        await base.DisposeAsync();
    }

    private async Task<HostilePeer> OpenAsync()
    {
        HostilePeer peer = await HostilePeer.ConnectAsync(Scene.Connect(), Identities.Relay.TubId.ToString());
        Task<Message?> answered = peer.StartAsync(message => message.IsAnswerTo(2));
        await peer.SendAsync("(call 1 0 'getReferenceByName' (arguments 0 'name' 'echo')) (call 2 0 'getReferenceByName' (arguments 0 'name' 'sink'))");
        await answered;
        Task<Message?> called = peer.ExpectAsync(message => message.IsCallOf("back"));
        await peer.SendAsync(string.Concat(Enumerable.Range(3, 3).Select(i => $"(call {i} 1 'call' (arguments 1 (my-reference {i} '')))")));
        await called;
        return peer;
    }
}
