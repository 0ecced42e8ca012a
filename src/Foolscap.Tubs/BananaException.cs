namespace Foolscap.Tubs;

/// <summary>
/// The peer broke the rules of the banana token stream, so that what follows can no longer be understood. It ends the
/// connection on which it happened (<c>foolscap.tokens.BananaError</c>).
/// </summary>
public sealed class BananaException : FoolscapException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">The broken rule and the offending value.</param>
    public BananaException(string message)
        : base(message)
    {
    }
}
