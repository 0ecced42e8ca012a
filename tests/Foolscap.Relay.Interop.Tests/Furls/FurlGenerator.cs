using System.Text;

namespace Foolscap.Relay.Interop.Tests.Furls;

/// <summary>Makes FURLs, good and bad, out of parts that are likely to be judged differently.</summary>
internal sealed class FurlGenerator(int seed)
{
    private const string KelvinSign = "\u212A";

    // Zero and nine of: ASCII, Arabic-Indic, Devanagari, full width, mathematical (surrogate pairs).
    private static readonly string[] Digits =
        ["0", "9", "1", "5", "\u0660", "\u0669", "\u0966", "\u096F", "\uFF10", "\uFF19", "\U0001D7D8", "\U0001D7E1"];

    // Superscript, Roman and circled numbers are numbers, but no decimal digits.
    private static readonly string[] Oddities =
    [
        "@", "/", ",", ":", "\n", "\n", "\r", "pb://", "pb:/", "[", "]", "%", ".", "-", "_", " ", "tcp:", "", "A", "z",
        "1", "8", "!", KelvinSign, "\u0130", "\u017F", "\u0131", "\u00B2", "\u2167", "\u2460", "\u0663", "\uFF15",
        "\U0001D7DA", "😀", "\u2028", "\u0085", "\0", "\u0307", "é",
    ];

    private static readonly string[] OtherHints =
    [
        "tor:abcdefghij.onion:80", "i2p:x.b32.i2p", "systemd:fd=3", "unix", "TCP:h:80", "tcp", "tcp:", ":", ":80", "h:",
        "tcp:h", "tcp::80", "a@b:c", "\n", " ", "pb:", "tcp:tcp:80", "h:80:", "::1:80", "[::1]:80",
    ];

    private static readonly string[] Names =
        ["n", "swissnum", "a/b", "a@b", "a,b", "/", "@", "x\r", "été", "😀", " ", "pb:", "pb://a@h/n", "\u2028", "\0"];

    private static readonly string[] Prefixes =
        ["see ", "\n", "pb:", "pb:/", "pb://", "pb://@", "pb://a@h/\n", "pb://a@h/n\n", "PB://", "furl=", "@", "a@h/"];

    private static readonly string[] Endings = ["\n", "\n\n", "\r\n", " \n", "\nx"];

    private readonly Random _random = new(seed);

    public IEnumerable<string> Generate(int count) =>
        Enumerable.Range(0, count).Select(_ => Mutate(Furl())).Concat(LongFurls());

    // Not to be mutated: behind this many digits, anything else than the end costs Foolscap years.
    private static IEnumerable<string> LongFurls()
    {
        foreach (int length in new[] { 4300, 4301, 5000 })
        {
            yield return $"pb://a@h:{new string('0', length)}80/n";
            yield return $"pb://a@tcp:h:{new string('0', length)}80/n";
            yield return $"pb://a@h:{new string('7', length)}/n";
            yield return $"pb://a@tcp:h:{new string('7', length)},h:1/n";
        }
    }

    private string Furl()
    {
        string hints = string.Join(',', Enumerable.Range(0, _random.Next(5)).Select(_ => Hint()));
        return $"{Rarely(Prefixes)}pb://{TubId()}@{hints}/{Pick(Names)}{Rarely(Endings)}";
    }

    private string TubId()
    {
        int length = _random.Next(4) switch { 0 => _random.Next(1, 32), 1 => _random.Next(33, 40), _ => 32 };
        string alphabet = _random.Next(4) == 0
            ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz234567" + KelvinSign
            : "abcdefghijklmnopqrstuvwxyz234567";
        string text = string.Concat(Enumerable.Range(0, length).Select(_ => alphabet[_random.Next(alphabet.Length)]));
        return length > 32 && _random.Next(2) == 0
            ? text[..32] + Pick(Oddities).Replace("@", "", StringComparison.Ordinal)
            : text;
    }

    private string Hint() => _random.Next(12) switch
    {
        0 or 1 => Pick(OtherHints),
        2 or 3 or 4 => $"{Host()}:{Port()}{Newline()}",
        5 or 6 or 7 or 8 => $"tcp:{Host()}:{Port()}{Newline()}",
        _ => $"tcp:[{Address()}]:{Port()}{Newline()}",
    };

    private string Host() => _random.Next(5) switch
    {
        0 => "h",
        1 => "Relay-1.example.org",
        2 => "h_h",
        _ => Quad(),
    };

    private string Quad()
    {
        int octets = _random.Next(12) == 0 ? _random.Next(3, 6) : 4;
        return string.Join('.', Enumerable.Range(0, octets).Select(_ => Number(_random.Next(12) == 0 ? 5 : 4)));
    }

    private string Address() => _random.Next(7) switch
    {
        0 => "::1",
        1 => "2001:DB8::a",
        2 => $"::ffff:{Quad()}",
        3 => $"{Pick(["a", "", ":", "1", "12", "\u0661", "g"])}{Quad()}",
        4 => $"fe80::1%{Pick(["eth0", "1", "1.2", "", "eth-0", "\u0661", "%", "a\n"])}",
        5 => Pick(["", ":", "%a", "g", "[::1]", "::1%a.b.c", "::1%1.2.3.4", "\n", "1.2.3.4"]),
        _ => $"{Quad()}%eth0",
    };

    // At least one digit, fewer than "limit" of them, mostly ASCII.
    private string Number(int limit)
    {
        int kinds = _random.Next(3) == 0 ? Digits.Length : 4;
        return string.Concat(Enumerable.Range(0, _random.Next(1, limit)).Select(_ => Digits[_random.Next(kinds)]));
    }

    private string Port() => _random.Next(6) switch
    {
        0 => Pick(["0", "00", "1", "65535", "65536", "4294967376", "080", "", "-1", "+1", " 1", "1_0", "1e3", "0x50"]),
        1 => Number(13),
        _ => Number(6),
    };

    private string Newline() => _random.Next(10) == 0 ? "\n" : "";

    private string Mutate(string text)
    {
        // Whole characters: a lone surrogate has no JSON form that both sides agree on.
        List<Rune> runes = [.. text.EnumerateRunes()];
        int mutations = _random.Next(2) == 0 ? 0 : _random.Next(1, 4);
        for (int done = 0; done < mutations && runes.Count > 0; done++)
        {
            int index = _random.Next(runes.Count);
            switch (_random.Next(4))
            {
                case 0:
                    runes.RemoveAt(index);
                    break;
                case 1:
                    runes.InsertRange(index, Pick(Oddities).EnumerateRunes());
                    break;
                case 2:
                    runes.RemoveAt(index);
                    runes.InsertRange(index, Pick(Oddities).EnumerateRunes());
                    break;
                default:
                    RemoveOneOfTheSeparators(runes);
                    break;
            }
        }

        return string.Concat(runes);
    }

    // The characters that matter most are few among many, so chance alone hits them too rarely.
    private void RemoveOneOfTheSeparators(List<Rune> runes)
    {
        int[] separators =
            [.. Enumerable.Range(0, runes.Count).Where(index => runes[index].Value is '@' or '/' or ':' or ',')];
        if (separators.Length > 0)
        {
            runes.RemoveAt(separators[_random.Next(separators.Length)]);
        }
    }

    private string Rarely(string[] choices) => _random.Next(6) == 0 ? Pick(choices) : "";

    private string Pick(string[] choices) => choices[_random.Next(choices.Length)];
}
