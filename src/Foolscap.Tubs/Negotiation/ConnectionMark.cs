using System.Globalization;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Negotiation;

/// <summary>
/// What tells one connection between two Tubs from the next: the incarnation of the master that decided upon it, and its
/// number (<c>current-connection</c>, <c>last-connection</c>).
/// </summary>
/// <param name="Incarnation">The master's incarnation, or <c>none</c>.</param>
/// <param name="Sequence">Counts up from 1 for each peer; 0 with <c>none</c>.</param>
internal sealed record ConnectionMark(string Incarnation, long Sequence)
{
    private const string NoIncarnation = "none";

    /// <summary>It is remembered for each peer; Foolscap's has 16 characters.</summary>
    private const int MaxIncarnationLength = 100;

    /// <summary>The mark of a client that remembers no connection.</summary>
    public static ConnectionMark None { get; } = new(NoIncarnation, 0);

    public bool IsNone => Incarnation == NoIncarnation;

    /// <exception cref="NegotiationException">The text is no mark.</exception>
    public static ConnectionMark Parse(string text)
    {
        string[] parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 2 && parts[0].Length <= MaxIncarnationLength && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long sequence)
            ? new ConnectionMark(parts[0], sequence)
            : throw new NegotiationException($"A connection's mark must be an incarnation and a number: {Excerpt.Of(text)}");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Incarnation} {Sequence}");
}
