using System.Buffers;
using System.Text;

namespace Foolscap.Tubs.Banana;

/// <summary>Values from the wire as they stand in messages: printable, and cut to a length.</summary>
internal static class Excerpt
{
    private const int MaxLength = 100;

    public static string Of(string text, int maxLength = MaxLength)
    {
        StringBuilder excerpt = new(Math.Min(text.Length, maxLength) + 3);
        foreach (char character in text.AsSpan(0, Math.Min(text.Length, maxLength)))
        {
            excerpt.Append(char.IsControl(character) || char.IsSurrogate(character) ? '?' : character);
        }

        return text.Length > maxLength ? excerpt.Append("...").ToString() : excerpt.ToString();
    }

    public static string Of(ReadOnlySpan<byte> utf8)
    {
        bool cut = utf8.Length > MaxLength * 4;
        return Of(Encoding.UTF8.GetString(cut ? utf8[..(MaxLength * 4)] : utf8));
    }

    public static string Of(in ReadOnlySequence<byte> utf8) =>
        Of(utf8.Slice(0, Math.Min(utf8.Length, (MaxLength * 4) + 1)).ToArray());
}
