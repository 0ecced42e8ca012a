namespace Foolscap.Relay.Packages.Tests.PublicApi;

/// <summary>Tells what two texts of an API have that the other has not.</summary>
internal static class ApiDifference
{
    /// <summary>The lines that went (-) and came (+), each under the type that it belongs to; empty if there are none.</summary>
    public static string Describe(string approved, string received)
    {
        List<string> before = Qualify(approved);
        List<string> after = Qualify(received);
        IEnumerable<string> removed = Without(before, after).Select(line => "- " + line);
        IEnumerable<string> added = Without(after, before).Select(line => "+ " + line);
        // By type, so that the old and the new form of a member stand together.
        return string.Join('\n', removed.Concat(added).OrderBy(line => line[2..].Split(Separator)[0], StringComparer.Ordinal));
    }

    private const string Separator = "  ::  ";

    /// <summary>Prefixes each member with the line of its type: members of two types may read the same.</summary>
    private static List<string> Qualify(string text)
    {
        List<string> lines = [];
        string type = "";
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            bool isMember = line.StartsWith(' ');
            type = isMember ? type : line;
            lines.Add(isMember ? type + Separator + line.Trim() : line);
        }

        return lines;
    }

    private static List<string> Without(List<string> lines, List<string> others)
    {
        List<string> rest = [.. lines];
        others.ForEach(line => rest.Remove(line));
        return rest;
    }
}
