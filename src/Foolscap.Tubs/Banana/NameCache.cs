using System.Text;

namespace Foolscap.Tubs.Banana;

/// <summary>
/// The strings of names that come again and again on one connection, such as methods' names, so that a call does not
/// allocate its own. A fixed number of slots: a peer that sends many names only makes its own calls slower.
/// </summary>
internal sealed class NameCache
{
    private const int Slots = 32;
    private const int MaxLength = 64;

    private readonly string?[] _names = new string?[Slots];

    /// <summary>Gets the text of a name.</summary>
    /// <exception cref="ViolationException">The name is not UTF-8.</exception>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxLength)
        {
            return Decode(utf8);
        }

        ref string? slot = ref _names[Hash(utf8) % Slots];
        if (slot is null || !Ascii.Equals(utf8, slot))
        {
            slot = Decode(utf8);
        }

        return slot;
    }

    private static string Decode(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw new ViolationException($"A name is not UTF-8: {Excerpt.Of(utf8)}");
        }
    }

    internal static UTF8Encoding StrictUtf8 { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static uint Hash(ReadOnlySpan<byte> bytes)
    {
        uint hash = 2166136261;
        foreach (byte value in bytes)
        {
            hash = (hash ^ value) * 16777619;
        }

        return hash;
    }
}
