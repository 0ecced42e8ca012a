using System.IO.Pipelines;
using System.Text;
using Foolscap.Relay.Fuzz.Engine;
using Foolscap.Relay.Fuzz.Hostile;
using Foolscap.Relay.Fuzz.Mutation;

namespace Foolscap.Relay.Fuzz.Targets;

/// <summary>The request with which a stranger begins, at a listener with a Tub and a relay.</summary>
internal sealed class RequestTarget : SceneTarget
{
    private static readonly string Relay = Identities.Relay.TubId.ToString();
    private static readonly string Client = Identities.Client.TubId.ToString();

    public override string Name => "request";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[] { Relay, Client, Identities.Hostile.TubId.ToString() }.Select(id => Encoding.ASCII.GetBytes(
            $"GET /id/{id} HTTP/1.1\r\nHost: relay.test\r\nUpgrade: TLS/1.0\r\nConnection: Upgrade\r\n\r\n")),
        Encoding.ASCII.GetBytes($"GET /direct/{new string('0', 40)} HTTP/1.1\r\nHost: relay.test\r\nUpgrade: foolscap-relay\r\nConnection: Upgrade\r\n\r\n"),
        .. SessionSeeds.Blocks.Select(Encoding.ASCII.GetBytes),
    ];

    public override IMutator Mutator { get; } = new AnyMutator(
        new TextMutator("GET", "POST", "/id/", "/id//", "/ID/", "/direct/", "HTTP/1.1", "HTTP/9.9", "Host", Relay, Client, Relay.ToUpperInvariant()), new ByteMutator());

    public override int CanaryInterval => 1000;

    public override async Task RunAsync(byte[] input)
    {
        IDuplexPipe stranger = Scene.Connect();
        int cut = input.Length == 0 ? 0 : (input[^1] * 131) % input.Length;
        Task<byte[]> draining = stranger.DrainAsync();
        Step = "room for the request";
        await stranger.SendAsync(input.AsMemory(0, cut));
        await stranger.SendAsync(input.AsMemory(cut));
        await stranger.Output.CompleteAsync();
        Step = "the answer";
        CheckAnswer(input, await draining);
    }

    private static void CheckAnswer(byte[] input, byte[] answer)
    {
        if (input.AsSpan().StartsWith(answer))
        {
            return; // Nothing, or what the Tub behind the relay gives back.
        }

        string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(answer);
        if (text.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal))
        {
            return;
        }

        string line = text.EndsWith("\r\n\r\n", StringComparison.Ordinal) ? text[..^4] : "\n";
        if (!(line.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal) || line.StartsWith("HTTP/1.1 404 ", StringComparison.Ordinal))
            || line.AsSpan().IndexOfAny('\r', '\n') >= 0 || line.Length > 500)
        {
            throw new FuzzFailureException(FailureKind.Fault, $"The answer is no status line: {text}");
        }
    }
}
