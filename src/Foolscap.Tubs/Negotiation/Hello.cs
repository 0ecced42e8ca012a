using System.Globalization;
using Foolscap.Furls;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Negotiation;

/// <summary>
/// The block that both ends send as soon as TLS is up (<c>foolscap.negotiate.Negotiation.sendHello</c>): who they are,
/// and what they can do.
/// </summary>
/// <param name="TubId">The Tub that sends it.</param>
/// <param name="Incarnation">A random text for each run of that Tub's process; none from very old peers.</param>
/// <param name="LastConnection">
/// What the client remembers of the last connection that the server decided upon; only a client sends it.
/// </param>
internal sealed record Hello(TubId TubId, string? Incarnation, ConnectionMark? LastConnection)
{
    public const int Version = 3;

    public byte[] Format()
    {
        List<(string, string)> fields =
        [
            ("banana-negotiation-range", $"{Version} {Version}"),
            ("initial-vocab-table-range", $"0 {Vocabulary.TableIndex}"),
            ("my-tub-id", TubId.ToString()),
        ];
        if (Incarnation is not null)
        {
            fields.Add(("my-incarnation", Incarnation));
        }

        if (LastConnection is not null)
        {
            fields.Add(("last-connection", LastConnection.ToString()));
        }

        return HeaderBlock.Format([.. fields]);
    }

    /// <summary>Reads the peer's hello.</summary>
    /// <exception cref="NegotiationException">It is an error report, or there is no common version.</exception>
    public static Hello Parse(string block)
    {
        Dictionary<string, string> fields = HeaderBlock.Parse(block);
        if (fields.TryGetValue("error", out string? error))
        {
            throw new NegotiationException($"The other end refused to negotiate: {Excerpt.Of(error)}");
        }

        CheckRange(fields, "banana-negotiation-range", Version);
        CheckRange(fields, "initial-vocab-table-range", Vocabulary.TableIndex);
        string tubIdText = fields.GetValueOrDefault("my-tub-id", string.Empty);
        if (tubIdText.Length != TubId.Length || !TubId.TryParse(tubIdText, out TubId? tubId))
        {
            throw new NegotiationException($"The hello's my-tub-id is no TubID: {Excerpt.Of(tubIdText)}");
        }

        string? incarnation = fields.GetValueOrDefault("my-incarnation");
        return new Hello(
            tubId,
            string.IsNullOrEmpty(incarnation) ? null : incarnation,
            fields.TryGetValue("last-connection", out string? last) ? ConnectionMark.Parse(last) : null);
    }

    private static void CheckRange(Dictionary<string, string> fields, string key, int needed)
    {
        string text = fields.GetValueOrDefault(key) ?? throw new NegotiationException($"The hello has no {key}.");
        string[] bounds = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (bounds.Length != 2
            || !int.TryParse(bounds[0], NumberStyles.None, CultureInfo.InvariantCulture, out int lowest)
            || !int.TryParse(bounds[1], NumberStyles.None, CultureInfo.InvariantCulture, out int highest))
        {
            throw new NegotiationException($"The hello's {key} is no range: {Excerpt.Of(text)}");
        }

        if (needed < lowest || needed > highest)
        {
            throw new NegotiationException($"The hello's {key} is {lowest} to {highest}; this side needs {needed}.");
        }
    }
}
