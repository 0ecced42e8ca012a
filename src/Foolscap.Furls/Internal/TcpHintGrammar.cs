using System.Buffers;
using System.Globalization;
using System.Text;

namespace Foolscap.Furls.Internal;

/// <summary>The two forms of TCP hints that <c>foolscap.connections.tcp</c> knows, read in linear time.</summary>
/// <remarks>
/// Foolscap writes a port as <c>(\d+){1,5}</c>, which accepts any number of digits but backtracks with the fifth power
/// of their number when something else follows. Hints come from strangers, so nothing here backtracks. <c>\d</c> is any
/// decimal digit of Unicode, also outside the basic plane, hence runes and not chars.
/// </remarks>
internal static class TcpHintGrammar
{
    public const string Prefix = "tcp:";

    private const int MaxOctetDigits = 3;

    private static readonly SearchValues<char> DnsNameCharacters =
        SearchValues.Create("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> HexAndColon = SearchValues.Create("0123456789ABCDEFabcdef:");

    private static readonly SearchValues<char> ZoneCharacters =
        SearchValues.Create(".0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Reads <c>host:port</c> as OLD_STYLE_HINT_RE does.</summary>
    /// <param name="hint">The whole hint.</param>
    /// <param name="host">A DNS name or a dotted quad.</param>
    /// <param name="digits">The port, at least one decimal digit of any script.</param>
    public static bool TryReadOldStyle(ReadOnlySpan<char> hint, out ReadOnlySpan<char> host, out ReadOnlySpan<char> digits)
    {
        ReadOnlySpan<char> text = WithoutFinalNewline(hint);
        int colon = text.IndexOf(':');
        return SplitAt(text, colon, out host, out digits) && IsNameOrQuad(host) && IsDigits(digits);
    }

    /// <summary>Reads <c>tcp:host:port</c> as NEW_STYLE_HINT_RE does.</summary>
    /// <param name="hint">The whole hint.</param>
    /// <param name="host">A DNS name, a dotted quad, or an IPv6 address without its brackets.</param>
    /// <param name="digits">The port, at least one decimal digit of any script.</param>
    public static bool TryReadNewStyle(ReadOnlySpan<char> hint, out ReadOnlySpan<char> host, out ReadOnlySpan<char> digits)
    {
        host = default;
        digits = default;
        if (!hint.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        ReadOnlySpan<char> text = WithoutFinalNewline(hint)[Prefix.Length..];
        if (!text.StartsWith('['))
        {
            return SplitAt(text, text.IndexOf(':'), out host, out digits) && IsNameOrQuad(host) && IsDigits(digits);
        }

        // No address holds a bracket, so the first one closes it and the colon stands right behind.
        if (!SplitAt(text, text.IndexOf(']') + 1, out host, out digits))
        {
            return false;
        }

        host = host[1..^1];
        return IsColonHex(host) && IsDigits(digits);
    }

    /// <summary>The value of the digits, or <paramref name="tooLarge"/> for every greater value.</summary>
    public static int ToInt32(ReadOnlySpan<char> digits, int tooLarge)
    {
        int value = 0;
        foreach (Rune digit in digits.EnumerateRunes())
        {
            value = (value * 10) + ValueOf(digit);
            if (value >= tooLarge)
            {
                return tooLarge;
            }
        }

        return value;
    }

    /// <summary>What Python's <c>"%d" % int(digits)</c> gives: ASCII digits without leading zeros.</summary>
    public static string Normalize(ReadOnlySpan<char> digits)
    {
        StringBuilder normalized = new(digits.Length);
        foreach (Rune digit in digits.EnumerateRunes())
        {
            int value = ValueOf(digit);
            if (value > 0 || normalized.Length > 0)
            {
                normalized.Append((char)('0' + value));
            }
        }

        return normalized.Length == 0 ? "0" : normalized.ToString();
    }

    // "$" of Python also matches before one final newline.
    private static ReadOnlySpan<char> WithoutFinalNewline(ReadOnlySpan<char> text) =>
        text.EndsWith('\n') ? text[..^1] : text;

    private static bool SplitAt(
        ReadOnlySpan<char> text, int colon, out ReadOnlySpan<char> before, out ReadOnlySpan<char> behind)
    {
        if (colon <= 0 || colon >= text.Length || text[colon] != ':')
        {
            before = default;
            behind = default;
            return false;
        }

        before = text[..colon];
        behind = text[(colon + 1)..];
        return true;
    }

    private static bool IsNameOrQuad(ReadOnlySpan<char> host) =>
        (!host.IsEmpty && !host.ContainsAnyExcept(DnsNameCharacters)) || IsDottedQuad(host);

    // "fe80::1", "::ffff:192.0.2.1" or "fe80::1%eth0"; like Foolscap, this does not count groups.
    private static bool IsColonHex(ReadOnlySpan<char> address)
    {
        int other = address.IndexOfAnyExcept(HexAndColon);
        if (other < 0)
        {
            return !address.IsEmpty;
        }

        if (address[other] == '%')
        {
            ReadOnlySpan<char> zone = address[(other + 1)..];
            return other > 0 && !zone.IsEmpty && !zone.ContainsAnyExcept(ZoneCharacters);
        }

        // The first octet starts one to three digits before its dot. "ffff1.2.3.4" is legal, so are digits that are
        // not hexadecimal ones, so each length is tried.
        int dot = address.IndexOf('.');
        int start = dot;
        for (int count = 1; count <= MaxOctetDigits && start > 0; count++)
        {
            if (Rune.DecodeLastFromUtf16(address[..start], out _, out int length) != OperationStatus.Done)
            {
                return false;
            }

            start -= length;
            if (start > 0 && !address[..start].ContainsAnyExcept(HexAndColon) && IsDottedQuad(address[start..]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsDottedQuad(ReadOnlySpan<char> host)
    {
        int octets = 1;
        int digits = 0;
        foreach (Rune rune in host.EnumerateRunes())
        {
            if (rune.Value == '.' && digits > 0)
            {
                octets++;
                digits = 0;
            }
            else if (IsDigit(rune) && digits < MaxOctetDigits)
            {
                digits++;
            }
            else
            {
                return false;
            }
        }

        return octets == 4 && digits > 0;
    }

    private static bool IsDigits(ReadOnlySpan<char> text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (!IsDigit(rune))
            {
                return false;
            }
        }

        return !text.IsEmpty;
    }

    private static bool IsDigit(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber;

    private static int ValueOf(Rune digit) => (int)Rune.GetNumericValue(digit);
}
