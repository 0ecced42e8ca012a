using System.Globalization;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Negotiation;

/// <summary>
/// The master's last word on a connection (<c>foolscap.negotiate.Negotiation.sendDecision</c>); banana starts behind it.
/// </summary>
internal static class Decision
{
    public static byte[] Accept(ConnectionMark current) => HeaderBlock.Format(
        ("banana-decision-version", Hello.Version.ToString(CultureInfo.InvariantCulture)),
        ("current-connection", current.ToString()),
        ("initial-vocab-table-index", $"{Vocabulary.TableIndex} {Vocabulary.TableHash}"));

    public static byte[] Refuse(string reason) => HeaderBlock.Format(
        ("banana-decision-version", "1"),
        ("error", reason.ReplaceLineEndings(" ")));

    /// <summary>Reads the master's decision.</summary>
    /// <returns>The connection's mark, if the master gave one.</returns>
    /// <exception cref="NegotiationException">The master refused, or decided what this side cannot do.</exception>
    public static ConnectionMark? Parse(string block)
    {
        Dictionary<string, string> fields = HeaderBlock.Parse(block);
        if (fields.TryGetValue("error", out string? error))
        {
            throw new NegotiationException($"The other end refused the connection: {Excerpt.Of(error)}");
        }

        string version = fields.GetValueOrDefault("banana-decision-version", "(none)");
        if (version != Hello.Version.ToString(CultureInfo.InvariantCulture))
        {
            throw new NegotiationException($"The decision is for banana version {Excerpt.Of(version)}; this side speaks {Hello.Version}.");
        }

        string vocabulary = fields.GetValueOrDefault("initial-vocab-table-index", "(none)");
        if (vocabulary != $"{Vocabulary.TableIndex} {Vocabulary.TableHash}")
        {
            throw new NegotiationException($"The decision is for vocabulary table {Excerpt.Of(vocabulary)}; this side needs {Vocabulary.TableIndex}.");
        }

        return fields.TryGetValue("current-connection", out string? mark) ? ConnectionMark.Parse(mark) : null;
    }
}
