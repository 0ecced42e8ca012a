using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Foolscap.Furls.Internal;

namespace Foolscap.Furls;

/// <summary>
/// A FURL: the address of one object in one Tub, <c>pb://tubid@hint,hint/name</c>. Who holds it may use the object, so
/// it is a secret.
/// </summary>
/// <remarks>
/// <para>
/// <see cref="ToString"/> gives the secret; write <see cref="ToRedactedString"/> to logs. Compared by all three parts;
/// two FURLs with different hints can still mean the same object, see <see cref="RefersToSameObject"/>.
/// </para>
/// <para>
/// Reads and writes what <c>foolscap.furl.decode_furl</c> and <c>encode_furl</c> do. Immutable, and safe to use from
/// several threads.
/// </para>
/// </remarks>
[DebuggerDisplay("{ToRedactedString(),nq}")]
public sealed class Furl : IEquatable<Furl>, ISpanParsable<Furl>
{
    private const string Subject = "a FURL";
    private const string Redacted = "(redacted)";

    /// <summary>Puts a FURL together.</summary>
    /// <param name="tubId">The Tub that has the object.</param>
    /// <param name="hints">Where the Tub can be reached, the best first; none is legal. Duplicates are kept.</param>
    /// <param name="name">The name of the object in its Tub, usually a swissnum: not empty, without newline.</param>
    /// <exception cref="ArgumentNullException">One of the arguments is null.</exception>
    /// <exception cref="ArgumentException">A hint is null, or the name is empty or has a newline.</exception>
    public Furl(TubId tubId, IEnumerable<ConnectionHint> hints, string name)
    {
        ArgumentNullException.ThrowIfNull(tubId);
        ConnectionHint[] copy = CopyOf(hints, nameof(hints));
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0)
        {
            throw new ArgumentException("The name of a FURL cannot be empty.", nameof(name));
        }

        if (name.Contains('\n', StringComparison.Ordinal))
        {
            throw new ArgumentException("The name of a FURL cannot have a newline.", nameof(name));
        }

        TubId = tubId;
        Hints = Array.AsReadOnly(copy);
        Name = name;
    }

    /// <summary>The Tub that has the object.</summary>
    public TubId TubId { get; }

    /// <summary>Where the Tub can be reached, the best first; may be empty. Cannot be changed, also not by a cast.</summary>
    public IReadOnlyList<ConnectionHint> Hints { get; }

    /// <summary>The name of the object in its Tub, usually a swissnum: the secret part. Not empty, without newline.</summary>
    public string Name { get; }

    /// <summary>Whether both are null, or are equal in all three parts.</summary>
    /// <param name="left">One FURL.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(Furl? left, Furl? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether the two differ.</summary>
    /// <param name="left">One FURL.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(Furl? left, Furl? right) => !(left == right);

    /// <summary>Reads a FURL, by the rules of <c>foolscap.furl.decode_furl</c>.</summary>
    /// <remarks>
    /// What stands before <c>pb://</c> is skipped, and one final newline is dropped, so a line of a file or of a mail
    /// can be handed over as it is. The name is everything behind the first <c>/</c> that follows the <c>@</c>. Hints
    /// of the form <c>host:port</c> are read as <c>tcp:host:port</c>. Time and memory grow linearly with the text; its
    /// length is for the caller to limit.
    /// </remarks>
    /// <param name="s">The text.</param>
    /// <param name="provider">Not used.</param>
    /// <exception cref="ArgumentNullException"><paramref name="s"/> is null.</exception>
    /// <exception cref="FurlFormatException">
    /// The text is not a FURL: a part is missing, the first 32 characters of the TubID are not base32, a hint is empty,
    /// or a newline stands in the name.
    /// </exception>
    public static Furl Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <inheritdoc cref="Parse(string, IFormatProvider?)"/>
    public static Furl Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryRead(s, out Furl? result, out SyntaxError error) ? result : throw error.ToException(Subject);

    /// <summary>Reads a FURL, by the rules of <see cref="Parse(string, IFormatProvider?)"/>. Never throws.</summary>
    /// <param name="s">The text, or null, which is no FURL.</param>
    /// <param name="result">The FURL, or null.</param>
    /// <returns>Whether the text is a FURL.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, [MaybeNullWhen(false)] out Furl result) =>
        TryRead(s, out result, out _);

    /// <inheritdoc cref="TryParse(string?, out Furl)"/>
    public static bool TryParse(ReadOnlySpan<char> s, [MaybeNullWhen(false)] out Furl result) =>
        TryRead(s, out result, out _);

    /// <summary>Reads a FURL, by the rules of <see cref="Parse(string, IFormatProvider?)"/>. Never throws.</summary>
    /// <param name="s">The text, or null, which is no FURL.</param>
    /// <param name="provider">Not used.</param>
    /// <param name="result">The FURL, or null.</param>
    /// <returns>Whether the text is a FURL.</returns>
    public static bool TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out Furl result) =>
        TryRead(s, out result, out _);

    /// <inheritdoc cref="TryParse(string?, IFormatProvider?, out Furl)"/>
    public static bool TryParse(
        ReadOnlySpan<char> s, IFormatProvider? provider, [MaybeNullWhen(false)] out Furl result) =>
        TryRead(s, out result, out _);

    /// <summary>The same object, to be reached by other hints.</summary>
    /// <param name="hints">All hints of the new FURL, the best first; none is legal.</param>
    /// <exception cref="ArgumentNullException"><paramref name="hints"/> is null.</exception>
    /// <exception cref="ArgumentException">A hint is null.</exception>
    public Furl WithHints(IEnumerable<ConnectionHint> hints) => new(TubId, hints, Name);

    /// <summary>Another object of the same Tub, to be reached by the same hints.</summary>
    /// <param name="name">The name of the other object: not empty, without newline.</param>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    /// <exception cref="ArgumentException">The name is empty or has a newline.</exception>
    public Furl WithName(string name) => new(TubId, Hints, name);

    /// <summary>The same object, to be reached through a relay.</summary>
    /// <remarks>
    /// A relay stands in for a Tub by its TubID, so a relayed FURL differs from the direct one in its hints only, and
    /// whoever uses it still talks to the Tub of that TubID and not to the relay. No hint appears twice in the result;
    /// a relay hint that the FURL has already moves to the new place. Apart from that the order is kept.
    /// </remarks>
    /// <param name="relayHints">
    /// Where the relay can be reached. If there is none, <see cref="RelayHintPlacement.Only"/> gives a FURL without hints.
    /// </param>
    /// <param name="placement">Where the relay hints stand among the others.</param>
    /// <exception cref="ArgumentNullException"><paramref name="relayHints"/> is null.</exception>
    /// <exception cref="ArgumentException">A hint is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="placement"/> is none of the three values.</exception>
    public Furl WithRelayHints(
        IEnumerable<ConnectionHint> relayHints, RelayHintPlacement placement = RelayHintPlacement.First)
    {
        ConnectionHint[] relay = CopyOf(relayHints, nameof(relayHints));
        IEnumerable<ConnectionHint> others = Hints.Except(relay);
        IEnumerable<ConnectionHint> hints = placement switch
        {
            RelayHintPlacement.First => relay.Concat(others),
            RelayHintPlacement.Last => others.Concat(relay),
            RelayHintPlacement.Only => relay,
            _ => throw new ArgumentOutOfRangeException(nameof(placement), placement, "There is no such placement."),
        };
        return new Furl(TubId, hints.Distinct(), Name);
    }

    /// <summary>Whether both FURLs mean the same object: the same TubID and name, whatever the hints.</summary>
    /// <remarks>That is how <c>foolscap.referenceable.SturdyRef</c> compares.</remarks>
    /// <param name="other">The other FURL.</param>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is null.</exception>
    public bool RefersToSameObject(Furl other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return TubId == other.TubId && Name == other.Name;
    }

    /// <summary>Whether the other is equal in all three parts, hints in the same order.</summary>
    /// <param name="other">The other FURL.</param>
    public bool Equals([NotNullWhen(true)] Furl? other) =>
        other is not null && RefersToSameObject(other) && Hints.SequenceEqual(other.Hints);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as Furl);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(TubId);
        hash.Add(Name);
        foreach (ConnectionHint hint in Hints)
        {
            hash.Add(hint);
        }

        return hash.ToHashCode();
    }

    /// <summary>The whole FURL, <c>pb://tubid@hint,hint/name</c>: the secret. Parsing it gives an equal FURL.</summary>
    public override string ToString() => Format(Name);

    /// <summary>
    /// The FURL with <c>(redacted)</c> in place of its name, for logs. Control characters, which a stranger may have
    /// put into a hint to forge lines of a log, are replaced by U+FFFD.
    /// </summary>
    public string ToRedactedString()
    {
        string text = Format(Redacted);
        return string.Create(text.Length, text, static (target, source) =>
        {
            for (int index = 0; index < target.Length; index++)
            {
                target[index] = char.IsControl(source[index]) ? '\uFFFD' : source[index];
            }
        });
    }

    private static bool TryRead(ReadOnlySpan<char> text, [NotNullWhen(true)] out Furl? result, out SyntaxError error)
    {
        result = null;
        if (!FurlParts.TryFind(text, out FurlParts parts, out error))
        {
            return false;
        }

        if (!TubId.TryRead(text[parts.TubId], out TubId? tubId, out error))
        {
            error = error.MovedBy(parts.TubId.Start.Value);
            return false;
        }

        List<ConnectionHint> hints = [];
        ReadOnlySpan<char> hintsText = text[parts.Hints];
        if (!hintsText.IsEmpty)
        {
            foreach (Range range in hintsText.Split(','))
            {
                if (!ConnectionHint.TryRead(hintsText[range], out ConnectionHint? hint, out error))
                {
                    error = error.MovedBy(parts.Hints.Start.Value + range.Start.Value);
                    return false;
                }

                hints.Add(hint);
            }
        }

        result = new Furl(tubId, hints, new string(text[parts.Name]));
        return true;
    }

    private static ConnectionHint[] CopyOf(IEnumerable<ConnectionHint> hints, string parameter)
    {
        ArgumentNullException.ThrowIfNull(hints, parameter);
        ConnectionHint[] copy = [.. hints];
        return Array.IndexOf(copy, null) < 0
            ? copy
            : throw new ArgumentException("A connection hint is null.", parameter);
    }

    private string Format(string name) => $"{FurlParts.Scheme}{TubId}@{string.Join(',', Hints)}/{name}";
}
