using System.Text;
using System.Text.Json;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Fuzz.Targets;

/// <summary>What two Python Tubs said to each other, captured byte by byte: tests/vectors.</summary>
internal static class SessionSeeds
{
    private const int MaxLength = 8 * 1024;

    /// <summary>The steps of the sessions, each way, without the few that carry bulk data.</summary>
    public static IReadOnlyList<byte[]> Messages { get; } = [.. LoadSteps("session.json"), .. LoadSteps("session-with-location.json")];

    /// <summary>The blocks of the negotiations, in the order in which they were said: request, hellos, decision.</summary>
    public static IReadOnlyList<string> Blocks { get; } = LoadBlocks();

    private static IEnumerable<byte[]> LoadSteps(string file)
    {
        using JsonDocument document = Load(file);
        return
        [
            .. document.RootElement.GetProperty("steps").EnumerateArray()
                .SelectMany(step => new[] { step.GetProperty("client_to_server").GetString()!, step.GetProperty("server_to_client").GetString()! })
                .Where(hex => hex.Length is > 0 and <= 2 * MaxLength)
                .Select(Convert.FromHexString),
        ];
    }

    private static List<string> LoadBlocks()
    {
        using JsonDocument document = Load("negotiation.json");
        List<string> blocks = [];
        foreach (JsonElement negotiation in document.RootElement.EnumerateArray())
        {
            if (negotiation.TryGetProperty("plaintext_client_to_server", out JsonElement request))
            {
                blocks.Add(Encoding.ASCII.GetString(Convert.FromHexString(request.GetString()!)));
            }

            if (negotiation.TryGetProperty("blocks", out JsonElement said))
            {
                blocks.AddRange(said.EnumerateArray().Select(block => block.GetProperty("text").GetString()!));
            }
        }

        return blocks;
    }

    private static JsonDocument Load(string file) => JsonDocument.Parse(File.ReadAllText(Repository.GetPath("tests", "vectors", file)));
}
