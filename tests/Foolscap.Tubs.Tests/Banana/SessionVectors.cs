using System.Text.Json;
using Foolscap.TestUtilities;

namespace Foolscap.Tubs.Tests.Banana;

/// <summary>The sessions of two Python Tubs that were captured byte by byte: tests/vectors.</summary>
internal static class SessionVectors
{
    public const string Plain = "session.json";
    public const string WithLocation = "session-with-location.json";

    public static IReadOnlyList<SessionStep> Load(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Repository.GetPath("tests", "vectors", file)));
        return [.. document.RootElement.GetProperty("steps").EnumerateArray().Select(step => new SessionStep(
            step.GetProperty("name").GetString()!,
            Convert.FromHexString(step.GetProperty("client_to_server").GetString()!),
            Convert.FromHexString(step.GetProperty("server_to_client").GetString()!),
            step.GetProperty("outcome").GetString()!))];
    }

    public static SessionStep Find(string name) => Load(Plain).Single(step => step.Name == name);

    /// <summary>All that one side sent, from the first token to the last.</summary>
    public static byte[] Stream(string file, bool toServer) =>
        [.. Load(file).SelectMany(step => toServer ? step.ToServer : step.ToClient)];
}

internal sealed record SessionStep(string Name, byte[] ToServer, byte[] ToClient, string Outcome);
