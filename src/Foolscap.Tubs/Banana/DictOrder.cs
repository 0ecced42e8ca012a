using System.Collections;
using System.Text;

namespace Foolscap.Tubs.Banana;

/// <summary>
/// The order in which the keys of a dict go out: Python's order where the keys are all text, all byte strings or all
/// integers, as Foolscap sends them (<c>OrderedDictSlicer</c>); otherwise the dictionary's own. A receiver takes any.
/// </summary>
internal static class DictOrder
{
    public static List<DictionaryEntry> Sort(IDictionary dictionary)
    {
        List<DictionaryEntry> entries = new(dictionary.Count);
        foreach (DictionaryEntry entry in dictionary)
        {
            entries.Add(entry);
        }

        if (entries.TrueForAll(entry => entry.Key is string))
        {
            entries.Sort((a, b) => CompareByCodePoints((string)a.Key, (string)b.Key));
        }
        else if (entries.TrueForAll(entry => entry.Key is long))
        {
            entries.Sort((a, b) => ((long)a.Key).CompareTo((long)b.Key));
        }
        else if (entries.TrueForAll(entry => entry.Key is int))
        {
            entries.Sort((a, b) => ((int)a.Key).CompareTo((int)b.Key));
        }
        else if (entries.TrueForAll(entry => entry.Key is byte[]))
        {
            entries.Sort((a, b) => ((byte[])a.Key).AsSpan().SequenceCompareTo((byte[])b.Key));
        }

        return entries;
    }

    private static int CompareByCodePoints(string a, string b)
    {
        StringRuneEnumerator left = a.EnumerateRunes();
        StringRuneEnumerator right = b.EnumerateRunes();
        while (true)
        {
            bool more = left.MoveNext();
            if (!right.MoveNext())
            {
                return more ? 1 : 0;
            }

            int order = more ? left.Current.CompareTo(right.Current) : -1;
            if (order != 0)
            {
                return order;
            }
        }
    }
}
