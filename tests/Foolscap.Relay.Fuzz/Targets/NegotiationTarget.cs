using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using System.Text.RegularExpressions;
using Foolscap.Relay.Fuzz.Hostile;
using Foolscap.Relay.Fuzz.Mutation;
using Foolscap.Tubs;
using Foolscap.Tubs.Transports;

namespace Foolscap.Relay.Fuzz.Targets;

/// <summary>
/// Whole negotiations. The first byte says who the hostile one is: <c>c</c> the client, <c>s</c> the server; capitals send
/// the rest without TLS. Then comes its first block in clear, up to a blank line, and behind it what it sends within TLS.
/// </summary>
internal sealed partial class NegotiationTarget : SceneTarget
{
    private const string Request = "GET /id/qanuzrpavk5rsewvc4pth3jbecfecn2y HTTP/1.1\r\nHost: x\r\nUpgrade: TLS/1.0\r\nConnection: Upgrade\r\n\r\n";
    private const string Answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/1.0, PB/1.0\r\nConnection: Upgrade\r\n\r\n";
    private const string Decision = "banana-decision-version: 3\r\ncurrent-connection: 5e5e5e5e5e5e5e5e 1\r\ninitial-vocab-table-index: 1 bb33\r\n\r\n";

    public override string Name => "negotiation";

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. MakeSeeds().Select(Encoding.ASCII.GetBytes)];

    public override IMutator Mutator { get; } = new BehindFirstByte(new AnyMutator(
        new TextMutator(
            "banana-negotiation-range", "initial-vocab-table-range", "my-tub-id", "my-incarnation", "last-connection", "current-connection",
            "banana-decision-version", "initial-vocab-table-index", "error: x", "3 3", "0 1", "none 0", "bb33", "101", Identities.Relay.TubId.ToString()),
        new ByteMutator()));

    public override async Task RunAsync(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        int end = input.AsSpan().IndexOf("\r\n\r\n"u8);
        (byte[] first, byte[] rest) = end < 0 ? (input[1..], []) : (input[1..Math.Max(1, end + 4)], input[Math.Max(1, end + 4)..]);
        bool isWhole = end >= 0;
        if (char.ToLowerInvariant((char)input[0]) == 's')
        {
            await ServeAsync(input[0], first, isWhole, rest);
        }
        else
        {
            await ConnectAsync(input[0], first, isWhole, rest);
        }
    }

    private static IEnumerable<string> MakeSeeds()
    {
        List<string> hellos = [.. SessionSeeds.Blocks
            .Where(block => block.Contains("my-tub-id", StringComparison.Ordinal))
            .Select(block => TubIdField().Replace(block, $"my-tub-id: {Identities.Hostile.TubId}"))];
        foreach (string hello in hellos)
        {
            yield return $"c{Request}{hello}";
            yield return $"s{Answer}{hello}{Decision}";
        }

        yield return $"C{Request}\x16\x03\x01\x00\x05hello";
        yield return $"S{Answer}\x16\x03\x03\x00\x05hello";
        yield return $"s{Answer}error: no thanks\r\n\r\n";
    }

    [GeneratedRegex("my-tub-id: [a-z2-7]+")]
    private static partial Regex TubIdField();

    /// <summary>The hostile one is the client.</summary>
    private async Task ConnectAsync(byte mode, byte[] first, bool isWhole, byte[] rest)
    {
        IDuplexPipe pipe = Scene.Connect();
        await pipe.SendAsync(first);
        if (!isWhole)
        {
            await pipe.Output.CompleteAsync();
        }

        Step = "the answer to the request";
        string answer = await pipe.ReceiveBlockAsync();
        bool goesOn = isWhole && answer.StartsWith("HTTP/1.1 101", StringComparison.Ordinal);
        await SpeakAsync(pipe, goesOn && mode == 'c' ? HostileTls.ConnectAsync : null, goesOn ? rest : []);
    }

    /// <summary>The hostile one is the server.</summary>
    private async Task ServeAsync(byte mode, byte[] first, bool isWhole, byte[] rest)
    {
        Task<TubConnection> connecting = Scene.ClientTub.ConnectAsync(Scene.HostileFurl);
        Step = "a connection";
        IDuplexPipe pipe = await Scene.NextDialledAsync();
        await pipe.ReceiveBlockAsync();
        await pipe.SendAsync(first);
        if (!isWhole)
        {
            await pipe.Output.CompleteAsync();
        }

        Step = "the client's TLS";
        bool goesOn = isWhole && await pipe.IsSpeakingAsync();
        await SpeakAsync(pipe, goesOn && mode == 's' ? HostileTls.AcceptAsync : null, goesOn ? rest : []);
        Step = "the end of the client's attempt";
        try
        {
            TubConnection connection = await connecting;
            await connection.Ended;
        }
        catch (NegotiationException)
        {
            // As it should be.
        }
    }

    private async Task SpeakAsync(IDuplexPipe pipe, Func<Stream, Task<SslStream>>? secure, byte[] bytes)
    {
        Step = "TLS, and the end of the connection";
        try
        {
            if (secure is null)
            {
                await pipe.SendAsync(bytes);
            }
            else
            {
                await using SslStream tls = await secure(new DuplexPipeStream(TransportConnection.FromPipe(pipe)));
                await tls.WriteAsync(bytes);
                await tls.ShutdownAsync();
                await pipe.Output.CompleteAsync();
                byte[] buffer = new byte[4096];
                while (await tls.ReadAsync(buffer) > 0)
                {
                }
            }
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException or InvalidOperationException)
        {
            // Refused.
        }

        await pipe.Output.CompleteAsync();
        await pipe.DrainAsync();
    }
}
