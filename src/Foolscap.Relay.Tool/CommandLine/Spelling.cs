namespace Foolscap.Relay.Tool.CommandLine;

/// <summary>Finds the word that was meant.</summary>
internal static class Spelling
{
    /// <summary>How many letters a word may differ from the one that was meant.</summary>
    private const int NearEnough = 3;

    /// <summary>The nearest of the known words; null if none is near.</summary>
    public static string? FindNearest(string word, IEnumerable<string> known)
    {
        (string? name, int distance) = known.Select(name => ((string?)name, Distance(word, name))).OrderBy(pair => pair.Item2).FirstOrDefault();
        return name is not null && distance <= Math.Min(NearEnough, name.Length / 2) ? name : null;
    }

    /// <summary>The Levenshtein distance: how many letters have to be added, dropped or replaced.</summary>
    private static int Distance(string one, string other)
    {
        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (int i = 1; i <= one.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                int replaced = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
