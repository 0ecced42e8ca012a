using System.Globalization;
using System.Text;

namespace Foolscap.Furls.Internal;

/// <summary>One mistake in a text, cheap to make: <c>TryParse</c> drops it, <c>Parse</c> throws it.</summary>
/// <param name="Problem">What is wrong.</param>
/// <param name="Position">The index of the offending or missing character.</param>
/// <param name="Offender">The one character that may be quoted, U+0000 where the problem needs none.</param>
internal readonly record struct SyntaxError(SyntaxProblem Problem, int Position, Rune Offender = default)
{
    /// <summary>The same mistake, seen from a text that holds the present one at <paramref name="offset"/>.</summary>
    public SyntaxError MovedBy(int offset) => this with { Position = Position + offset };

    /// <summary>Puts the mistake into words.</summary>
    /// <param name="subject">What the text should have been, with its article: "a FURL".</param>
    public FurlFormatException ToException(string subject)
    {
        string what = Problem switch
        {
            SyntaxProblem.SchemeMissing => "it has no 'pb://'",
            SyntaxProblem.TubIdEmpty => "the TubID is empty",
            SyntaxProblem.TubIdCharacter => $"the TubID has {Quote(Offender)}, which is not base32 (a-z, 2-7),",
            SyntaxProblem.AtSignMissing => "it ends before the '@' that follows the TubID",
            SyntaxProblem.SlashMissing => "it ends before the '/' that follows the connection hints",
            SyntaxProblem.HintEmpty => "a connection hint is empty",
            SyntaxProblem.HintCharacter => $"a connection hint cannot hold {Quote(Offender)}",
            SyntaxProblem.NameEmpty => "the name is empty",
            SyntaxProblem.NameNewline => "the name has a line break",
            _ => throw new InvalidOperationException($"There is no text for {Problem}."),
        };

        return new FurlFormatException(
            string.Create(CultureInfo.InvariantCulture, $"Not {subject}: {what} at position {Position}."), Position);
    }

    // Characters that show nothing, or that change how the rest of a log line is shown, appear by number only.
    private static string Quote(Rune rune)
    {
        string number = string.Create(CultureInfo.InvariantCulture, $"U+{rune.Value:X4}");
        bool visible = Rune.IsLetterOrDigit(rune) || Rune.IsPunctuation(rune) || Rune.IsSymbol(rune);
        return visible ? $"'{rune}' ({number})" : number;
    }
}
