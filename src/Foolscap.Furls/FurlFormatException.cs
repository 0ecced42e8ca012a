namespace Foolscap.Furls;

/// <summary>A text is not a FURL, TubID or connection hint: says what is wrong, and where.</summary>
/// <remarks>
/// <para>
/// The message is safe to log. A FURL is a secret, and a broken one may be secret in every part, so the message quotes
/// at most one character of the text, and none of what would be the name.
/// </para>
/// <para>
/// It stands for Foolscap's <c>BadFURLError</c>, and for the <c>ValueError</c> of <c>foolscap.furl.decode_furl</c>.
/// </para>
/// </remarks>
public sealed class FurlFormatException : FormatException
{
    internal FurlFormatException(string message, int position)
        : base(message) => Position = position;

    /// <summary>
    /// The index (from 0, in UTF-16 units) of the first offending character in the text, or of the place where the
    /// missing part should have been: for a missing <c>@</c> or <c>/</c> that is the length of the text.
    /// </summary>
    public int Position { get; }
}
