using Foolscap.Relay.Fuzz.Hostile;
using Foolscap.Relay.Fuzz.Mutation;
using Foolscap.Tubs.Tests.Banana;

namespace Foolscap.Relay.Fuzz.Targets;

/// <summary>Calls of a relay's responder, and of a client's handler, on a live relayed stream.</summary>
internal sealed class StreamTarget : TwoSidedTarget
{
    public override string Name => "stream";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            "(call 9 1000002 'write' (arguments 1 'abc'))",
            "(call 9 1000002 'write' (arguments 1 'abc')) (call 10 1000002 'write' (arguments 1 'def')) (call 0 1000002 'close' (arguments 0))",
            "(call 9 1000002 'close' (arguments 0)) (call 10 1000002 'write' (arguments 1 'late'))", "(call 9 1000002 'abort' (arguments 1 'x'))",
            "(call 9 1000002 'abort' (arguments 1 (unicode 'x'))) (call 10 1000002 'close' (arguments 0))", "(call 9 1000002 'write' (arguments 1 ''))",
            "(call 9 1000002 'write' (arguments 1 (unicode 'text')))", "(call 9 1000002 'write' (arguments 2 'a' 'b'))",
            "(call 0 1000002 'write' (arguments 1 'x'))", "(call 9 1000002 'write' (arguments 0 'data' 'x'))", "(answer 1000001 7)", "(answer 1000001 -1)",
        }.SelectMany(wire => new byte[][] { [(byte)'r', .. Wire.Bytes(wire)], [(byte)'c', .. Wire.Bytes(wire)] }),
    ];

    protected override async Task<bool> AttackRelayAsync(HostilePeer peer, Message accept, TokenStream stream)
    {
        // The relay writes the caller's request right behind this; its number is the next one.
        await peer.SendAsync($"(answer {accept.RequestId} (my-reference {1000 + accept.RequestId} ''))");
        Step = "the PONG behind the input, or the end";
        return await peer.ExchangeAsync(Placeholders.Fill(stream, accept.RequestId + 1, accept.References.First()));
    }

    protected override async Task<bool> AttackClientAsync(HostilePeer peer, TokenStream stream, long request)
    {
        Step = "the client's answer to accept()";
        peer.TakeClids();
        Task<Message?> answered = peer.ExpectAsync(message => message.IsAnswerTo(request));
        await peer.SendAsync($"(call {request} {Listener} 'accept' (arguments 2 (my-reference {1000 + request} '') (dict)))");
        bool isGood = false;
        if (await answered is Message answer && answer.References.FirstOrDefault() is > 0 and long handler)
        {
            Step = "the PONG behind the input, or the end";
            isGood = await peer.ExchangeAsync(Placeholders.Fill(stream, requestId: 5, handler));
            await peer.SendAsync($"(call 0 {handler} 'abort' (arguments 1 'over'))");
        }

        return isGood;
    }
}
