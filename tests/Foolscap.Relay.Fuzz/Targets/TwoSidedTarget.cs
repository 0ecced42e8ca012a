using Foolscap.Relay.Fuzz.Hostile;
using Foolscap.Relay.Fuzz.Mutation;

namespace Foolscap.Relay.Fuzz.Targets;

/// <summary>
/// An attack on a relay by a Tub behind it, or on a client by its relay: the first byte of an input says on whom, <c>r</c>
/// or <c>c</c>. The rest are messages.
/// </summary>
internal abstract class TwoSidedTarget : SceneTarget
{
    private readonly PeerSlot _behindRelay;
    private readonly PeerSlot _asRelay;
    private long _requests = 1000;

    protected TwoSidedTarget()
    {
        _behindRelay = new PeerSlot(() => RelayAttack.RegisterAsync(Scene));
        _asRelay = new PeerSlot(async () =>
        {
            (HostilePeer peer, Listener) = await ClientAttack.TakeAsync(Scene);
            return peer;
        });
    }

    public override IMutator Mutator { get; } = new BehindFirstByte(
        new AnyMutator(new BananaMutator("write", "close", "abort", "accept"), new BananaMutator("peer", "window"), new ByteMutator()));

    protected override bool RegistersWithHostile => true;

    /// <summary>The id of the client's listener.</summary>
    protected long Listener { get; private set; }

    public override async Task RunAsync(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        PeerSlot slot = input[0] == 'c' ? _asRelay : _behindRelay;
        Step = "a new connection";
        HostilePeer peer = await slot.GetAsync();
        TokenStream stream = TokenStream.Parse(input.AsSpan(1));
        bool isGood = input[0] == 'c' ? await AttackClientAsync(peer, stream, ++_requests) : await BeCalledAndAttackAsync(peer, stream);
        if (!isGood)
        {
            await slot.DisposeAsync();
        }
    }

    public override async Task CheckCanaryAsync()
    {
        await base.CheckCanaryAsync();
        await EndPeersAsync();
        Step = "the end of all streams but the canary's";
        await Scene.WaitUntilQuietAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await EndPeersAsync();
        await base.DisposeAsync();
    }

    /// <summary>Attacks a relay that has just asked the hostile Tub to accept a caller.</summary>
    /// <returns>Whether the connection is good for more.</returns>
    protected abstract Task<bool> AttackRelayAsync(HostilePeer peer, Message accept, TokenStream stream);

    /// <returns>Whether the connection is good for more.</returns>
    protected abstract Task<bool> AttackClientAsync(HostilePeer peer, TokenStream stream, long request);

    private async Task<bool> BeCalledAndAttackAsync(HostilePeer peer, TokenStream stream)
    {
        Step = "the relay's accept()";
        (Task<byte[]> caller, Message? accept) = await RelayAttack.BeCalledAsync(Scene, peer);
        bool isGood = false;
        if (accept is not null)
        {
            isGood = await AttackRelayAsync(peer, accept, stream);
            Step = "the answer to abort(), or the end";
            isGood = isGood && await RelayAttack.GiveUpAsync(peer, accept);
        }

        if (!isGood)
        {
            await peer.EndAsync();
        }

        Step = "the end of the caller's connection";
        await caller;
        return isGood;
    }

    private async Task EndPeersAsync()
    {
        Step = "the end of the hostile peers' connections";
        await _behindRelay.DisposeAsync();
        await _asRelay.DisposeAsync();
    }
}
