namespace Foolscap.Tubs;

/// <summary>
/// The connection to the other Tub is gone, and with it every call that waited for an answer and every reference that
/// it carried (<c>foolscap.tokens.DeadReferenceError</c>).
/// </summary>
public sealed class ConnectionLostException : FoolscapException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">Which connection ended, and why.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public ConnectionLostException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
