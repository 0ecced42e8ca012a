namespace Foolscap.Tubs.Negotiation;

/// <summary>The first line of a request.</summary>
/// <param name="Path">What it asks for.</param>
/// <param name="Text">All of it.</param>
internal sealed record RequestLine(string Path, string Text)
{
    private const string TubPrefix = "/id/";

    /// <summary>The Tub that it names, which is never empty; none if it asks for something else.</summary>
    /// <exception cref="RefusedRequestException">It names no Tub where it should.</exception>
    public string? TubId
    {
        get
        {
            if (!Path.StartsWith(TubPrefix, StringComparison.Ordinal))
            {
                return null;
            }

            return Path.Length > TubPrefix.Length ? Path[TubPrefix.Length..] : throw new RefusedRequestException(400, "the request names no TubID");
        }
    }
}
