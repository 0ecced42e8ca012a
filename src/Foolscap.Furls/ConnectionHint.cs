using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Foolscap.Furls.Internal;

namespace Foolscap.Furls;

/// <summary>One way to reach a Tub, such as <c>tcp:example.org:3457</c>.</summary>
/// <remarks>
/// <para>
/// A hint is any text that is not empty and has neither a comma nor a slash, because hints of unknown types must be
/// handed on unchanged. Only the old form <c>host:port</c> is rewritten, to <c>tcp:host:port</c>, when it is read
/// (<c>foolscap.connections.tcp.convert_legacy_hint</c>): <c>h:80</c> and <c>tcp:h:80</c> are equal.
/// </para>
/// <para>Compared ordinally by the whole text. Immutable, and safe to use from several threads.</para>
/// </remarks>
public sealed class ConnectionHint : IEquatable<ConnectionHint>, ISpanParsable<ConnectionHint>
{
    private const string Subject = "a connection hint";
    private const int MinPort = 1;

    private readonly string _text;

    private ConnectionHint(string text) => _text = text;

    /// <summary>
    /// Which kind of connection the hint asks for (<c>tcp</c>, <c>tor</c>, <c>i2p</c>, ...): the part before the first
    /// colon. Empty if there is no colon; Foolscap cannot use such a hint.
    /// </summary>
    public string Type => _text[..Math.Max(_text.IndexOf(':', StringComparison.Ordinal), 0)];

    /// <summary>Whether both are null, or have the same text.</summary>
    /// <param name="left">One hint.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(ConnectionHint? left, ConnectionHint? right) =>
        left is null ? right is null : left.Equals(right);

    /// <summary>Whether the two differ.</summary>
    /// <param name="left">One hint.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(ConnectionHint? left, ConnectionHint? right) => !(left == right);

    /// <summary>Makes the hint for a TCP port, one that Foolscap's <c>DefaultTCP</c> accepts.</summary>
    /// <param name="host">
    /// A DNS name (ASCII letters, digits, <c>.</c> and <c>-</c>), an IPv4 address, or an IPv6 address with or without
    /// brackets. A zone id (<c>fe80::1%eth0</c>) may have ASCII letters, digits and dots, and cannot follow an address
    /// that ends like an IPv4 one.
    /// </param>
    /// <param name="port">The port, 1 to 65535.</param>
    /// <exception cref="ArgumentNullException"><paramref name="host"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="port"/> is not within 1 to 65535.</exception>
    /// <exception cref="ArgumentException"><paramref name="host"/> is nothing of the above.</exception>
    public static ConnectionHint Tcp(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, MinPort);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, IPEndPoint.MaxPort);

        bool hasBrackets = host.StartsWith('[') && host.EndsWith(']') && host.Length > 1;
        string address = hasBrackets ? host[1..^1] : host;
        bool isIPv6 = hasBrackets || host.Contains(':', StringComparison.Ordinal);
        string hint = string.Create(
            CultureInfo.InvariantCulture, $"{TcpHintGrammar.Prefix}{(isIPv6 ? $"[{address}]" : host)}:{port}");

        // Stricter than reading, so that nobody gets a hint that leads nowhere: no digits of other scripts, which
        // Python's \d takes, and in brackets a real IPv6 address instead of any hexadecimal digits and colons.
        if (!Ascii.IsValid(host)
            || !TcpHintGrammar.TryReadNewStyle(hint, out ReadOnlySpan<char> read, out _)
            || !read.SequenceEqual(address)
            || (isIPv6 && !IsIPv6Address(address)))
        {
            throw new ArgumentException(
                "The host is not a DNS name, an IPv4 address or an IPv6 address of the kind that Foolscap accepts.",
                nameof(host));
        }

        return new ConnectionHint(hint);
    }

    /// <summary>Reads a hint.</summary>
    /// <param name="s">
    /// The hint. <c>host:port</c> is read as <c>tcp:host:port</c>, with the port in ASCII digits without leading zeros;
    /// everything else is kept as it is.
    /// </param>
    /// <param name="provider">Not used.</param>
    /// <exception cref="ArgumentNullException"><paramref name="s"/> is null.</exception>
    /// <exception cref="FurlFormatException">The text is empty, or has a comma or a slash.</exception>
    public static ConnectionHint Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <inheritdoc cref="Parse(string, IFormatProvider?)"/>
    public static ConnectionHint Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryRead(s, out ConnectionHint? result, out SyntaxError error) ? result : throw error.ToException(Subject);

    /// <summary>Reads a hint, by the rules of <see cref="Parse(string, IFormatProvider?)"/>. Never throws.</summary>
    /// <param name="s">The text, or null, which is no hint.</param>
    /// <param name="result">The hint, or null.</param>
    /// <returns>Whether the text is a hint.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, [MaybeNullWhen(false)] out ConnectionHint result) =>
        TryRead(s, out result, out _);

    /// <inheritdoc cref="TryParse(string?, out ConnectionHint)"/>
    public static bool TryParse(ReadOnlySpan<char> s, [MaybeNullWhen(false)] out ConnectionHint result) =>
        TryRead(s, out result, out _);

    /// <summary>Reads a hint, by the rules of <see cref="Parse(string, IFormatProvider?)"/>. Never throws.</summary>
    /// <param name="s">The text, or null, which is no hint.</param>
    /// <param name="provider">Not used.</param>
    /// <param name="result">The hint, or null.</param>
    /// <returns>Whether the text is a hint.</returns>
    public static bool TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out ConnectionHint result) =>
        TryRead(s, out result, out _);

    /// <inheritdoc cref="TryParse(string?, IFormatProvider?, out ConnectionHint)"/>
    public static bool TryParse(
        ReadOnlySpan<char> s, IFormatProvider? provider, [MaybeNullWhen(false)] out ConnectionHint result) =>
        TryRead(s, out result, out _);

    /// <summary>The host and port of a TCP hint, by the rule of Foolscap's <c>DefaultTCP</c> (NEW_STYLE_HINT_RE).</summary>
    /// <param name="host">
    /// A DNS name, an IPv4 address, or an IPv6 address without brackets and with its zone id. It comes from whoever
    /// wrote the FURL, and has the right characters, but need not be a name or address that exists.
    /// </param>
    /// <param name="port">The port, 1 to 65535, or 0.</param>
    /// <returns>
    /// Whether the hint leads to a TCP port. False for other types, for a host that Foolscap would not accept, and for
    /// a port outside of 1 to 65535 (Foolscap finds that out when it connects).
    /// </returns>
    public bool TryGetTcpEndpoint([NotNullWhen(true)] out string? host, out int port)
    {
        if (TcpHintGrammar.TryReadNewStyle(_text, out ReadOnlySpan<char> read, out ReadOnlySpan<char> digits))
        {
            port = TcpHintGrammar.ToInt32(digits, tooLarge: IPEndPoint.MaxPort + 1);
            if (port is >= MinPort and <= IPEndPoint.MaxPort)
            {
                host = new string(read);
                return true;
            }
        }

        host = null;
        port = 0;
        return false;
    }

    /// <summary>Whether the other has the same text.</summary>
    /// <param name="other">The other hint.</param>
    public bool Equals([NotNullWhen(true)] ConnectionHint? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as ConnectionHint);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The hint as it stands in a FURL; an old <c>host:port</c> has become <c>tcp:host:port</c>.</summary>
    public override string ToString() => _text;

    internal static bool TryRead(
        ReadOnlySpan<char> text, [NotNullWhen(true)] out ConnectionHint? result, out SyntaxError error)
    {
        int offender = text.IndexOfAny(',', '/');
        if (text.IsEmpty || offender >= 0)
        {
            result = null;
            error = text.IsEmpty
                ? new SyntaxError(SyntaxProblem.HintEmpty, 0)
                : new SyntaxError(SyntaxProblem.HintCharacter, offender, new Rune(text[offender]));
            return false;
        }

        bool isOld = TcpHintGrammar.TryReadOldStyle(text, out ReadOnlySpan<char> host, out ReadOnlySpan<char> digits);
        result = new ConnectionHint(
            isOld ? $"{TcpHintGrammar.Prefix}{host}:{TcpHintGrammar.Normalize(digits)}" : new string(text));
        error = default;
        return true;
    }

    // The zone is cut off, because .NET looks it up among the interfaces of this machine.
    private static bool IsIPv6Address(string address) =>
        IPAddress.TryParse(address.Split('%')[0], out IPAddress? parsed)
        && parsed.AddressFamily == AddressFamily.InterNetworkV6;
}
