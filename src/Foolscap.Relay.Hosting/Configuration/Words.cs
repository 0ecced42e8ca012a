namespace Foolscap.Relay.Hosting.Configuration;

/// <summary>Words that stand for values, and words that were meant.</summary>
internal static class Words
{
    public const string Off = "off";

    /// <summary>More letters than these are another word, and no slip.</summary>
    private const int MostSlips = 3;

    /// <summary>Whether a text turns something off; .NET's own text for "never" does as well.</summary>
    public static bool IsOff(string text) =>
        text.Equals(Off, StringComparison.OrdinalIgnoreCase) || text is "-00:00:00.0010000" or "-00:00:00.001";

    /// <summary>The word that was probably meant.</summary>
    /// <returns>The nearest one; null if none is near.</returns>
    public static string? FindNearest(string word, IEnumerable<string> words)
    {
        (int distance, string? nearest) = words
            .Select(other => (Distance: Distance(word.ToUpperInvariant(), other.ToUpperInvariant()), Word: (string?)other))
            .DefaultIfEmpty((int.MaxValue, null))
            .MinBy(pair => pair.Item1);
        return distance <= Math.Min(MostSlips, word.Length / 2) ? nearest : null;
    }

    /// <summary>How many letters must be put in, taken out or changed to make one word of the other (Levenshtein).</summary>
    private static int Distance(string one, string other)
    {
        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (int i = 1; i <= one.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                int changed = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
