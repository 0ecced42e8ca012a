using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Foolscap.Furls.Internal;

namespace Foolscap.Furls;

/// <summary>The identity of a Tub: the SHA-1 hash of its certificate in base32.</summary>
/// <remarks>
/// <para>
/// A TubID that a Tub computes has 32 characters (<see cref="FromCertificateHash"/>). Foolscap reads shorter ones
/// too, and so does this type; <see cref="IsFullLength"/> tells them apart, and no certificate has a shorter one. What
/// follows the 32nd character is left for future extensions of the protocol, and ignored.
/// </para>
/// <para>
/// Upper case is accepted, kept as it was written, and makes another TubID: comparison is ordinal, as in
/// <c>foolscap.referenceable.SturdyRef</c>. Immutable, and safe to use from several threads. Not a secret.
/// </para>
/// </remarks>
public sealed class TubId : IEquatable<TubId>, IComparable<TubId>, ISpanParsable<TubId>
{
    /// <summary>How many characters a TubID has that was computed from a certificate; no more are kept.</summary>
    public const int Length = 32;

    private const string Subject = "a TubID";
    private const int ShortLength = 8;
    private const int CertificateHashLength = 20;
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    // foolscap.base32.is_base32 looks at str.lower(), and U+212A KELVIN SIGN is the one character outside of ASCII
    // whose lower case ('k') is in the alphabet.
    private static readonly SearchValues<char> LegalCharacters =
        SearchValues.Create(Alphabet + "ABCDEFGHIJKLMNOPQRSTUVWXYZ\u212A");

    private readonly string _text;

    private TubId(string text) => _text = text;

    /// <summary>Whether this has all 32 characters, as the TubID of every real certificate has.</summary>
    public bool IsFullLength => _text.Length == Length;

    /// <summary>Whether both are null, or have the same characters.</summary>
    /// <param name="left">One TubID.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(TubId? left, TubId? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether the two differ.</summary>
    /// <param name="left">One TubID.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(TubId? left, TubId? right) => !(left == right);

    /// <summary>Whether <paramref name="left"/> comes before <paramref name="right"/> ordinally, null first.</summary>
    /// <param name="left">One TubID.</param>
    /// <param name="right">The other.</param>
    public static bool operator <(TubId? left, TubId? right) => Compare(left, right) < 0;

    /// <summary>Whether <paramref name="left"/> comes after <paramref name="right"/> ordinally, null first.</summary>
    /// <param name="left">One TubID.</param>
    /// <param name="right">The other.</param>
    /// <remarks>
    /// Of two Tubs, the one with the greater TubID decides about a connection (<c>foolscap.negotiate</c>).
    /// </remarks>
    public static bool operator >(TubId? left, TubId? right) => Compare(left, right) > 0;

    /// <summary>Whether <paramref name="left"/> does not come after <paramref name="right"/> ordinally, null first.</summary>
    /// <param name="left">One TubID.</param>
    /// <param name="right">The other.</param>
    public static bool operator <=(TubId? left, TubId? right) => Compare(left, right) <= 0;

    /// <summary>Whether <paramref name="left"/> does not come before <paramref name="right"/> ordinally, null first.</summary>
    /// <param name="left">One TubID.</param>
    /// <param name="right">The other.</param>
    public static bool operator >=(TubId? left, TubId? right) => Compare(left, right) >= 0;

    /// <summary>The TubID of the Tub whose certificate (DER) has this SHA-1 hash.</summary>
    /// <param name="sha1">The hash, 20 bytes: for an <c>X509Certificate2</c> what <c>GetCertHash()</c> returns.</param>
    /// <returns>A TubID of 32 lower-case characters, without padding, as <c>foolscap.base32.encode</c> makes it.</returns>
    /// <exception cref="ArgumentException"><paramref name="sha1"/> has not 20 bytes.</exception>
    public static TubId FromCertificateHash(ReadOnlySpan<byte> sha1)
    {
        if (sha1.Length != CertificateHashLength)
        {
            throw new ArgumentException(
                $"A SHA-1 hash has {CertificateHashLength} bytes, this has {sha1.Length}.", nameof(sha1));
        }

        Span<char> text = stackalloc char[Length];
        int written = 0;
        int bits = 0;
        int bitCount = 0;
        foreach (byte octet in sha1)
        {
            bits = ((bits << 8) | octet) & 0xFFF;
            bitCount += 8;
            while (bitCount >= 5)
            {
                bitCount -= 5;
                text[written++] = Alphabet[(bits >> bitCount) & 0x1F];
            }
        }

        return new TubId(new string(text));
    }

    /// <summary>Reads a TubID.</summary>
    /// <param name="s">Base32 characters in any case; only the first 32 count, the rest may be anything.</param>
    /// <param name="provider">Not used.</param>
    /// <exception cref="ArgumentNullException"><paramref name="s"/> is null.</exception>
    /// <exception cref="FurlFormatException">The text is empty, or one of the first 32 characters is not base32.</exception>
    public static TubId Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <inheritdoc cref="Parse(string, IFormatProvider?)"/>
    public static TubId Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryRead(s, out TubId? result, out SyntaxError error) ? result : throw error.ToException(Subject);

    /// <summary>Reads a TubID, by the rules of <see cref="Parse(string, IFormatProvider?)"/>. Never throws.</summary>
    /// <param name="s">The text, or null, which is no TubID.</param>
    /// <param name="result">The TubID, or null.</param>
    /// <returns>Whether the text is a TubID.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, [MaybeNullWhen(false)] out TubId result) =>
        TryRead(s, out result, out _);

    /// <inheritdoc cref="TryParse(string?, out TubId)"/>
    public static bool TryParse(ReadOnlySpan<char> s, [MaybeNullWhen(false)] out TubId result) =>
        TryRead(s, out result, out _);

    /// <summary>Reads a TubID, by the rules of <see cref="Parse(string, IFormatProvider?)"/>. Never throws.</summary>
    /// <param name="s">The text, or null, which is no TubID.</param>
    /// <param name="provider">Not used.</param>
    /// <param name="result">The TubID, or null.</param>
    /// <returns>Whether the text is a TubID.</returns>
    public static bool TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out TubId result) =>
        TryRead(s, out result, out _);

    /// <inheritdoc cref="TryParse(string?, IFormatProvider?, out TubId)"/>
    public static bool TryParse(
        ReadOnlySpan<char> s, IFormatProvider? provider, [MaybeNullWhen(false)] out TubId result) =>
        TryRead(s, out result, out _);

    /// <inheritdoc/>
    public int CompareTo(TubId? other) => string.CompareOrdinal(_text, other?._text);

    /// <summary>Whether the other has the same characters, in the same case.</summary>
    /// <param name="other">The other TubID.</param>
    public bool Equals([NotNullWhen(true)] TubId? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as TubId);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The whole TubID, at most 32 characters, as it was written.</summary>
    public override string ToString() => _text;

    /// <summary>The first 8 characters, enough to tell Tubs apart in a log.</summary>
    public string ToShortString() => _text.Length <= ShortLength ? _text : _text[..ShortLength];

    internal static bool TryRead(ReadOnlySpan<char> text, [NotNullWhen(true)] out TubId? result, out SyntaxError error)
    {
        ReadOnlySpan<char> head = text.Length > Length ? text[..Length] : text;
        int offender = head.IndexOfAnyExcept(LegalCharacters);
        if (head.IsEmpty || offender >= 0)
        {
            result = null;
            error = head.IsEmpty
                ? new SyntaxError(SyntaxProblem.TubIdEmpty, 0)
                : new SyntaxError(SyntaxProblem.TubIdCharacter, offender, RuneAt(text, offender));
            return false;
        }

        result = new TubId(new string(head));
        error = default;
        return true;
    }

    // U+FFFD for half of a surrogate pair.
    private static Rune RuneAt(ReadOnlySpan<char> text, int index)
    {
        Rune.DecodeFromUtf16(text[index..], out Rune rune, out _);
        return rune;
    }

    private static int Compare(TubId? left, TubId? right) => string.CompareOrdinal(left?._text, right?._text);
}
