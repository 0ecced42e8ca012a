namespace Foolscap.Tubs;

/// <summary>The base of every error that Foolscap itself defines: one <c>catch</c> for all of them.</summary>
public abstract class FoolscapException : Exception
{
    private protected FoolscapException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
