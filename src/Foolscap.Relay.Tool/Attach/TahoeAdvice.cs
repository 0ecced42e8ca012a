using Foolscap.Furls;

namespace Foolscap.Relay.Tool.Attach;

/// <summary>What has to stand in a node's <c>tahoe.cfg</c> for others to reach it through its relays.</summary>
internal static class TahoeAdvice
{
    /// <summary>The lines for people, one by one; those to be copied do not begin with <c>#</c>.</summary>
    public static IReadOnlyList<string> Describe(TahoeNode node, IReadOnlyList<ConnectionHint> hints)
    {
        List<string> lines = [];
        AddLocation(node, hints, lines);
        if (!node.RevealsAddress)
        {
            lines.Add($"# {node.ConfigurationFile} has 'reveal-IP-address = false', with which Tahoe-LAFS refuses tcp: hints, and does not start. The relay hides");
            lines.Add("# the node's address from callers; if that is enough, take the line out.");
        }

        if (node.OffersStorageByHttps)
        {
            lines.Add($"# For the section [storage] of {node.ConfigurationFile}, if this is Tahoe-LAFS 1.19 or later (older ones do not know it):");
            lines.Add("force_foolscap = true");
            lines.Add("# Its clients would use HTTPS otherwise, which no relay can carry.");
        }

        return lines.Count > 0 ? lines : [$"# {node.ConfigurationFile} has the relay in its tub.location: nothing is to be changed there."];
    }

    private static void AddLocation(TahoeNode node, IReadOnlyList<ConnectionHint> hints, List<string> lines)
    {
        HashSet<string> present = [.. (node.TubLocation ?? "").Split(',').Select(hint => hint.Trim())];
        if (node.TubPort is not null && hints.All(hint => present.Contains(hint.ToString())))
        {
            return;
        }

        lines.Add($"# For the section [node] of {node.ConfigurationFile}; then start the node again:");
        lines.Add($"tub.port = {node.TubPort ?? $"tcp:{node.FindTarget().Port}:interface=127.0.0.1"}");
        lines.Add($"tub.location = {string.Join(',', hints)}");
        if (node.TubLocation is { } old && !old.Equals("AUTO", StringComparison.OrdinalIgnoreCase) && !old.Equals("disabled", StringComparison.OrdinalIgnoreCase))
        {
            lines.Add($"# It is '{old}' now. If others can reach the node there too, keep that, add a comma, and then the relay's.");
        }
    }
}
