using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Foolscap.Tubs.Banana;

/// <summary>
/// Vocabulary table 1 (<c>foolscap.vocab</c>), which is negotiated on every connection: the words that a VOCAB token
/// stands for.
/// </summary>
internal static class Vocabulary
{
    public const int TableIndex = 1;

    /// <summary>The first four hex digits of the SHA-1 of the words joined by NUL; both ends compare it.</summary>
    public const string TableHash = "bb33";

    private static readonly string[] Words =
    [
        "none", "boolean", "reference", "dict", "list", "tuple", "set", "immutable-set", "unicode", "set-vocab",
        "add-vocab", "call", "arguments", "answer", "error", "my-reference", "your-reference", "their-reference",
        "copyable", "instance", "module", "class", "method", "function", "attrdict",
    ];

    private static readonly byte[][] WordBytes = Array.ConvertAll(Words, Encoding.ASCII.GetBytes);

    private static readonly int LongestWord = Words.Max(word => word.Length);

    public const int None = 0;
    public const int Boolean = 1;
    public const int Reference = 2;
    public const int Dict = 3;
    public const int List = 4;
    public const int Tuple = 5;
    public const int Set = 6;
    public const int ImmutableSet = 7;
    public const int Unicode = 8;
    public const int Call = 11;
    public const int Arguments = 12;
    public const int Answer = 13;
    public const int Error = 14;
    public const int MyReference = 15;
    public const int YourReference = 16;
    public const int Copyable = 18;

    /// <summary>Looks up the word of a VOCAB token.</summary>
    public static bool TryGetWord(ulong index, [NotNullWhen(true)] out byte[]? word)
    {
        word = index < (ulong)WordBytes.Length ? WordBytes[index] : null;
        return word is not null;
    }

    /// <summary>Looks up the number under which a byte string travels as a VOCAB token.</summary>
    public static bool TryGetIndex(ReadOnlySpan<byte> bytes, out int index)
    {
        if (bytes.Length <= LongestWord)
        {
            for (index = 0; index < WordBytes.Length; index++)
            {
                if (bytes.SequenceEqual(WordBytes[index]))
                {
                    return true;
                }
            }
        }

        index = -1;
        return false;
    }
}
