namespace Foolscap.Furls.Internal;

/// <summary>Where the parts of a FURL stand in its text; their contents are not checked yet.</summary>
/// <param name="TubId">Between <c>pb://</c> and <c>@</c>: at least one character.</param>
/// <param name="Hints">Between <c>@</c> and <c>/</c>: may be empty.</param>
/// <param name="Name">The rest without a final newline: at least one character.</param>
internal readonly record struct FurlParts(Range TubId, Range Hints, Range Name)
{
    public const string Scheme = "pb://";

    /// <summary>
    /// Finds what <c>pb://([^@]+)@([^/]*)/(.+)$</c> (Foolscap's AUTH_STURDYREF_RE) finds by a search, in linear time.
    /// </summary>
    /// <remarks>
    /// Each part ends at the first character that it excludes, so one start matches in one way or not at all. Only
    /// the start is searched for, and every failed start allows to skip to behind its <c>@</c>: the starts up to there
    /// end at the same <c>@</c> and <c>/</c> and fail for the same reason. So no character is read twice by the same
    /// search, where the regular expression takes quadratic time for a text like <c>pb://pb://pb://...</c>.
    /// </remarks>
    /// <param name="text">The text to search.</param>
    /// <param name="parts">What was found.</param>
    /// <param name="error">Why the first <c>pb://</c> of the text does not start a FURL.</param>
    public static bool TryFind(ReadOnlySpan<char> text, out FurlParts parts, out SyntaxError error)
    {
        // In Python "." is anything but a newline, and "$" matches at the end and before one final newline.
        int end = text.EndsWith('\n') ? text.Length - 1 : text.Length;
        int lastNewline = text[..end].LastIndexOf('\n');

        parts = default;
        error = default;
        int from = 0;
        while (true)
        {
            int scheme = IndexOf(text, Scheme, from);
            if (scheme < 0)
            {
                return Refuse(ref error, SyntaxProblem.SchemeMissing, 0);
            }

            int tubId = scheme + Scheme.Length;
            int at = IndexOf(text, "@", tubId);
            if (at < 0)
            {
                return Refuse(ref error, SyntaxProblem.AtSignMissing, text.Length);
            }

            from = at + 1;
            if (at == tubId)
            {
                Refuse(ref error, SyntaxProblem.TubIdEmpty, tubId);
                continue;
            }

            int slash = IndexOf(text, "/", at + 1);
            if (slash < 0)
            {
                return Refuse(ref error, SyntaxProblem.SlashMissing, text.Length);
            }

            int name = slash + 1;
            if (name < end && name > lastNewline)
            {
                error = default;
                parts = new FurlParts(tubId..at, (at + 1)..slash, name..end);
                return true;
            }

            if (name >= end)
            {
                Refuse(ref error, SyntaxProblem.NameEmpty, name);
            }
            else if (error.Problem == SyntaxProblem.None)
            {
                // Searched for once at most, or many starts before one far newline would take quadratic time.
                Refuse(ref error, SyntaxProblem.NameNewline, IndexOf(text, "\n", name));
            }
        }
    }

    private static int IndexOf(ReadOnlySpan<char> text, ReadOnlySpan<char> value, int start)
    {
        int index = text[start..].IndexOf(value, StringComparison.Ordinal);
        return index < 0 ? index : start + index;
    }

    // The first mistake is the one to report: whoever wrote one FURL means the first "pb://".
    private static bool Refuse(ref SyntaxError error, SyntaxProblem problem, int position)
    {
        if (error.Problem == SyntaxProblem.None)
        {
            error = new SyntaxError(problem, position);
        }

        return false;
    }
}
