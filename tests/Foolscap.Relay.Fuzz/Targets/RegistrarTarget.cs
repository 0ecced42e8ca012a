using Foolscap.Relay.Fuzz.Engine;
using Foolscap.Relay.Fuzz.Hostile;
using Foolscap.Relay.Fuzz.Mutation;
using Foolscap.Tubs.Tests.Banana;

namespace Foolscap.Relay.Fuzz.Targets;

/// <summary>Calls of a relay's registrar (1), by a Tub that may register itself.</summary>
internal sealed class RegistrarTarget : SceneTarget
{
    private static readonly string Own = Identities.Hostile.TubId.ToString();
    private static readonly string Other = Identities.Client.TubId.ToString();

    private readonly PeerSlot _peer;

    public RegistrarTarget() => _peer = new PeerSlot(() => RelayAttack.ConnectAsync(Scene));

    public override string Name => "registrar";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            $"(call 9 1 'register' (arguments 3 (unicode '{Own}') (my-reference 50 '') (dict (unicode 'window') 1000)))",
            $"(call 9 1 'register' (arguments 3 '{Own}' (my-reference 51 '') (dict)))",
            $"(call 9 1 'register' (arguments 3 (unicode '{Other}') (my-reference 52 '') (dict)))",
            $"(call 9 1 'register' (arguments 3 (unicode '{Own}') (my-reference 50 '') (dict (unicode 'events') (my-reference 53 '') (unicode 'x') (list))))",
            $"(call 9 1 'unregister' (arguments 2 (unicode '{Own}') (my-reference 50 '')))",
            $"(call 9 1 'unregister' (arguments 2 (unicode '{Other}') (my-reference 50 '')))",
            $"(call 9 1 'register' (arguments 3 (unicode '{Own}') (my-reference 50 '') (dict))) (call 10 1 'unregister' (arguments 2 (unicode '{Own}') (my-reference 50 '')))",
            "(call 9 0 'getReferenceByName' (arguments 0 'name' 'registrar'))",
        }.Select(Wire.Bytes),
    ];

    public override IMutator Mutator { get; } = new AnyMutator(
        new BananaMutator(Own, Other, "window", "events", "hints", "version", "pb://x"), new BananaMutator(Own, "window"), new ByteMutator());

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

        if (Scene.Relay.Statistics.RegisteredTubs > 2)
        {
            throw new FuzzFailureException(FailureKind.Fault, "Somebody has registered who is not here.");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        Step = "the end of the connection";
        await _peer.DisposeAsync();
        await base.DisposeAsync();
    }
}
