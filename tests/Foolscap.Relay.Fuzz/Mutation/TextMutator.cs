using System.Text;
using Foolscap.Relay.Fuzz.Engine;

namespace Foolscap.Relay.Fuzz.Mutation;

/// <summary>Mutations of header lines and of FURLs: of lines, words and what stands between them.</summary>
internal sealed class TextMutator(params IReadOnlyList<string> words) : IMutator
{
    private static readonly string[] Odd =
    [
        "\r\n", "\n", "\r", "\r\n\r\n", "\n\n", "\r\r\n\n", "\0", "\t", " ", "  ", ":", "::", ",", "/", "//", "@", "[", "]", "%", "%00", "%2f", "\u00E9",
        "\u00FF\u00FE", "-1", "0", "65536", "99999999999999999999", "2147483648", "1e3", "0x10", "+1", "\u00A0", "_", ".", "..",
    ];

    private readonly IReadOnlyList<string> _words = [.. Odd, .. words];

    public byte[] Mutate(byte[] input, FuzzRandom random, IReadOnlyList<byte[]> others)
    {
        // One character a byte, so that nothing gets lost.
        string text = Encoding.Latin1.GetString(input);
        for (int changes = 1 + random.Next(4); changes > 0; changes--)
        {
            text = random.Next(3) == 0 ? MutateLines(text, random) : MutateWords(text, random);
        }

        return Encoding.Latin1.GetBytes(text);
    }

    private static string MutateLines(string text, FuzzRandom random)
    {
        List<string> lines = [.. text.Split("\r\n")];
        int position = random.Next(lines.Count);
        switch (random.Next(5))
        {
            case 0:
                lines.Insert(position, lines[random.Next(lines.Count)]);
                break;
            case 1:
                lines.RemoveAt(position);
                break;
            case 2:
                (lines[0], lines[position]) = (lines[position], lines[0]);
                break;
            case 3:
                lines[position] = lines[position].Replace(": ", random.OneIn(2) ? ":" : " ", StringComparison.Ordinal);
                break;
            default:
                lines[position] += new string('x', random.OneIn(2) ? 5000 : random.Next(4200));
                break;
        }

        string ending = random.OneIn(4) ? random.OneIn(2) ? "\n" : "\r" : "\r\n";
        return string.Join(ending, lines);
    }

    private string MutateWords(string text, FuzzRandom random)
    {
        int position = random.Next(text.Length + 1);
        int end = Math.Min(text.Length, position + random.Next(8));
        string word = random.Pick(_words);
        return random.Next(4) switch
        {
            0 => text.Insert(position, word),
            1 => text[..position] + text[end..],
            2 => text[..position] + word + text[end..],
            _ => ReplaceNumber(text, position, random),
        };
    }

    /// <summary>Puts another word, number or TubID where one stands.</summary>
    private string ReplaceNumber(string text, int position, FuzzRandom random)
    {
        int start = position;
        while (start > 0 && char.IsAsciiLetterOrDigit(text[start - 1]))
        {
            start--;
        }

        int end = position;
        while (end < text.Length && char.IsAsciiLetterOrDigit(text[end]))
        {
            end++;
        }

        return text[..start] + random.Pick(_words) + text[end..];
    }
}
