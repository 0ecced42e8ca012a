using System.Net;
using System.Net.Sockets;
using Foolscap.Furls;

namespace Foolscap.Relay.Tool.Furls;

/// <summary>What is doubtful about a FURL that can be read.</summary>
internal static class FurlNotes
{
    public static IReadOnlyList<string> Find(Furl furl)
    {
        List<string> notes = [];
        string tubId = furl.TubId.ToString();
        if (!furl.TubId.IsFullLength)
        {
            notes.Add($"The TubID has {tubId.Length} characters. That of every certificate has {TubId.Length}, so no Tub can answer to this one.");
        }
        else if (tubId.Any(char.IsUpper))
        {
            notes.Add("The TubID has upper-case letters. Tubs write theirs in lower case, and compare them letter by letter.");
        }

        if (furl.Hints.Count == 0)
        {
            notes.Add("There are no hints: nobody can tell where to connect.");
        }

        if (furl.Hints.Distinct().Count() < furl.Hints.Count)
        {
            notes.Add("A hint stands there more than once.");
        }

        notes.AddRange(furl.Hints.Distinct().Select(DescribeDoubt).OfType<string>());
        return notes;
    }

    /// <summary>Why a hint may not lead to where it should; null if there is nothing to say.</summary>
    private static string? DescribeDoubt(ConnectionHint hint)
    {
        if (!hint.TryGetTcpEndpoint(out string? host, out _))
        {
            return hint.Type switch
            {
                "tcp" => $"{hint} is no address that Foolscap can connect to: it wants tcp:HOST:PORT.",
                "" => $"{hint} has no type: it should begin with tcp:.",
                string type => $"{hint} needs a caller that can connect by {type}.",
            };
        }

        if (host == "localhost")
        {
            return $"{hint} leads to the caller's own machine.";
        }

        return IPAddress.TryParse(host, out IPAddress? address) ? DescribeAddress(hint, address) : null;
    }

    private static string? DescribeAddress(ConnectionHint hint, IPAddress address)
    {
        if (IPAddress.IsLoopback(address))
        {
            return $"{hint} leads to the caller's own machine.";
        }

        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            return $"{hint} is an address to listen on, not one to connect to.";
        }

        return IsPrivate(address) ? $"{hint} can be reached in its own network only." : null;
    }

    private static bool IsPrivate(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal;
        }

        byte[] bytes = address.GetAddressBytes();
        return bytes[0] == 10
            || (bytes[0] == 172 && bytes[1] is >= 16 and <= 31)
            || (bytes[0] == 192 && bytes[1] == 168)
            || (bytes[0] == 169 && bytes[1] == 254)
            || (bytes[0] == 100 && bytes[1] is >= 64 and <= 127);
    }
}
