using Foolscap.Relay.Fuzz.Hostile;
using Foolscap.Relay.Fuzz.Mutation;
using Foolscap.Tubs.Tests.Banana;

namespace Foolscap.Relay.Fuzz.Targets;

/// <summary>Answers to a relay's <c>accept</c>, and calls of <c>accept</c> on a client's listener.</summary>
internal sealed class AcceptTarget : TwoSidedTarget
{
    public override string Name => "accept";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            "(answer 1000001 (my-reference 60 ''))", "(answer 1000001 (none))", "(answer 1000001 (your-reference 1000002))", "(answer 1000001 7)",
            "(answer 1000001 (list (my-reference 61 '')))",
            "(error 1000001 (copyable 'twisted.python.failure.Failure' 'value' 'no' 'type' 'builtins.ValueError' 'parents' (list) 'traceback' ''))",
        }.Select(wire => (byte[])[(byte)'r', .. Wire.Bytes(wire)]),
        .. new[]
        {
            "(call 1000001 1000002 'accept' (arguments 2 (my-reference 60 '') (dict (unicode 'peer') (unicode '198.51.100.7:4711'))))",
            "(call 1000001 1000002 'accept' (arguments 2 (my-reference 60 '') (dict 'peer' 'x')))",
            "(call 1000001 1000002 'accept' (arguments 1 (my-reference 60 '')))", "(call 1000001 1000002 'accept' (arguments 2 (none) (dict)))",
            "(call 1000001 1000002 'accept' (arguments 2 (your-reference 1000002) (dict)))",
            "(call 0 1000002 'accept' (arguments 2 (my-reference 60 '') (dict)))",
        }.Select(wire => (byte[])[(byte)'c', .. Wire.Bytes(wire)]),
    ];

    protected override Task<bool> AttackRelayAsync(HostilePeer peer, Message accept, TokenStream stream)
    {
        Step = "the PONG behind the input, or the end";
        return peer.ExchangeAsync(Placeholders.Fill(stream, accept.RequestId, accept.References.First()));
    }

    protected override async Task<bool> AttackClientAsync(HostilePeer peer, TokenStream stream, long request)
    {
        Step = "the PONG behind the input, or the end";
        bool isGood = await peer.ExchangeAsync(Placeholders.Fill(stream, request, Listener));
        await ClientAttack.AbortAsync(peer);
        return isGood;
    }
}
