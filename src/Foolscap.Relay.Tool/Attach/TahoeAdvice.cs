using Foolscap.Furls;

namespace Foolscap.Relay.Tool.Attach;

/// <summary>What has to stand in a node's <c>tahoe.cfg</c> for others to reach it through its relays.</summary>
internal static class TahoeAdvice
{
    /// <summary>The lines for people, one by one; those to be copied begin with <c>tub.</c>.</summary>
    public static IReadOnlyList<string> Describe(TahoeNode node, IReadOnlyList<ConnectionHint> hints)
    {
        string location = string.Join(',', hints);
        bool hasPort = node.TubPort is not null;
        string port = node.TubPort ?? $"tcp:{node.FindTarget().Port}:interface=127.0.0.1";
        HashSet<string> present = [.. (node.TubLocation ?? "").Split(',').Select(hint => hint.Trim())];
        if (hasPort && hints.All(hint => present.Contains(hint.ToString())))
        {
            return [$"# {node.ConfigurationFile} has the relay in its tub.location: nothing is to be changed there."];
        }

        List<string> lines =
        [
            $"# For the section [node] of {node.ConfigurationFile}; then start the node again:",
            $"tub.port = {port}",
            $"tub.location = {location}",
        ];
        if (node.TubLocation is { } old && !old.Equals("AUTO", StringComparison.OrdinalIgnoreCase) && !old.Equals("disabled", StringComparison.OrdinalIgnoreCase))
        {
            lines.Add($"# It is '{old}' now. If others can reach the node there too, keep that, add a comma, and then the relay's.");
        }

        if (!node.RevealsAddress)
        {
            lines.Add("# The file has 'reveal-IP-address = false', with which Tahoe-LAFS refuses tcp: hints. The relay hides the node's address from callers;");
            lines.Add("# if that is enough, take the line out.");
        }

        return lines;
    }
}
