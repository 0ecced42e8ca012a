using System.Net;
using Foolscap.Furls;

namespace Foolscap.Relay.Hosting.Configuration;

/// <summary>A text that is kept as it is, and must be right.</summary>
internal abstract class TextKind(string type, string allowed) : ValueKind<string>(type, allowed)
{
    public override string? Read(string text, out string value)
    {
        value = text;
        return null; // What is wrong with it, the check says; it may also come from code.
    }

    public override string Format(string value) => value;
}

/// <summary>The path of a file or folder, which must be given.</summary>
internal sealed class PathKind(string allowed) : TextKind("path", allowed)
{
    public override string? Check(string value) => string.IsNullOrWhiteSpace(value) ? "is missing" : PathKinds.FindProblem(value);
}

/// <summary>The path of a file that need not be given.</summary>
internal sealed class OptionalPathKind(string allowed) : ValueKind<string?>("path", allowed)
{
    public override string? Read(string text, out string? value)
    {
        value = text;
        return null;
    }

    public override string? Check(string? value) => value is null ? null : PathKinds.FindProblem(value);

    public override string Format(string? value) => value ?? "none";
}

/// <summary>What both kinds of paths have in common.</summary>
internal static class PathKinds
{
    public static string? FindProblem(string path) =>
        string.IsNullOrWhiteSpace(path) ? "is empty" : path.Contains('\0', StringComparison.Ordinal) ? "is no path" : null;
}

/// <summary>An address to listen on. The port must be there: .NET would take one of its own choice.</summary>
internal sealed class ListenAddressKind() : TextKind(
    "address", "an IP address and a port, such as 0.0.0.0:7000, [::]:7000 (IPv6 and IPv4) or 127.0.0.1:7000")
{
    public override string? Check(string value) => EndPoints.TryParseIP(value) is null ? "is no IP address with a port" : null;
}

/// <summary>Where a Tub listens.</summary>
internal sealed class TargetKind() : ValueKind<string?>(
    "address", "a host and a port, such as 127.0.0.1:3457 or localhost:3457")
{
    public override string? Read(string text, out string? value)
    {
        value = text;
        return null;
    }

    public override string? Check(string? value) => value is null || EndPoints.TryParse(value) is { } ? null : "is no host with a port";

    public override string Format(string? value) => value ?? "none";
}

/// <summary>Where others reach a relay.</summary>
internal sealed class HintKind() : TextKind("connection hint", "hints such as tcp:relay.example.org:7000")
{
    public override string? Check(string value)
    {
        if (!ConnectionHint.TryParse(value, out ConnectionHint? hint) || hint.Type.Length == 0)
        {
            return "is no connection hint";
        }

        return hint.Type != "tcp" || hint.TryGetTcpEndpoint(out _, out _) ? null : "is no host with a port of 1 to 65535";
    }
}

/// <summary>A relay's registrar FURL.</summary>
internal sealed class RegistrarKind() : TextKind("FURL", "registrar FURLs, as the relay printed them: pb://...@tcp:relay.example.org:7000/...")
{
    public override bool IsSecret => true;

    public override string? Check(string value)
    {
        try
        {
            return Furl.Parse(value).Hints.Count > 0 ? null : "has no connection hint, so nobody knows where the relay is";
        }
        catch (FurlFormatException exception)
        {
            return $"is wrong: {exception.Message.TrimEnd('.')}"; // It quotes one character at most.
        }
    }
}

/// <summary>Addresses as texts.</summary>
internal static class EndPoints
{
    /// <summary>Reads an IP address with a port, both written in full.</summary>
    public static IPEndPoint? TryParseIP(string text) =>
        Split(text) is (string host, int port) && TryParseAddress(host) is IPAddress address ? new IPEndPoint(address, port) : null;

    /// <summary>Reads a host's name, or its address, with a port to connect to.</summary>
    public static EndPoint? TryParse(string text)
    {
        if (Split(text) is not (string host, int port) || port == 0)
        {
            return null;
        }

        if (TryParseAddress(host) is IPAddress address)
        {
            return new IPEndPoint(address, port);
        }

        // Names that begin like an address, such as 127.1, would be one to the resolver.
        return Uri.CheckHostName(host) == UriHostNameType.Dns && !char.IsAsciiDigit(host[^1]) ? new DnsEndPoint(host, port) : null;
    }

    private static (string Host, int Port)? Split(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(text[(colon + 1)..], System.Globalization.NumberStyles.None, null, out ushort port)
            ? (text[..colon], port)
            : null;
    }

    private static IPAddress? TryParseAddress(string host)
    {
        bool isBracketed = host.StartsWith('[') && host.EndsWith(']');
        if (!IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address))
        {
            return null;
        }

        bool isIPv6 = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        return isIPv6 == isBracketed && (isIPv6 || address.ToString() == host) ? address : null;
    }
}
