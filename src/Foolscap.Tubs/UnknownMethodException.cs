namespace Foolscap.Tubs;

/// <summary>
/// A call named a method that the object does not have; it reaches the caller as Python's <c>AttributeError</c>.
/// </summary>
public sealed class UnknownMethodException : FoolscapException
{
    internal UnknownMethodException(string message)
        : base(message)
    {
    }
}
