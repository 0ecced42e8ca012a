namespace Foolscap.Tubs;

/// <summary>
/// One message is not acceptable: a value that cannot be sent, an argument of the wrong type, a refused gift, a passed
/// limit. It ends that one call, and nothing else (<c>foolscap.tokens.Violation</c>).
/// </summary>
/// <remarks>Thrown by a method that a peer calls, it arrives at the peer as a <c>foolscap.tokens.Violation</c>.</remarks>
public sealed class ViolationException : FoolscapException
{
    /// <summary>The name under which a violation travels in an error answer.</summary>
    internal const string RemoteTypeName = "foolscap.tokens.Violation";

    /// <summary>Creates the error.</summary>
    /// <param name="message">The broken rule and the offending value.</param>
    public ViolationException(string message)
        : base(message)
    {
    }
}
