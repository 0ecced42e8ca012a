namespace Foolscap.Tubs;

/// <summary>
/// A connection to a Tub did not come about: the other end refused, answered what is no Foolscap, or proved to be
/// another Tub (<c>foolscap.tokens.NegotiationError</c>).
/// </summary>
public sealed class NegotiationException : FoolscapException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">Who refused what.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public NegotiationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
