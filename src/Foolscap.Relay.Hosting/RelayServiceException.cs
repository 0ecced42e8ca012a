namespace Foolscap.Relay.Hosting;

/// <summary>A relay or a client cannot be started: says why, and which key of the configuration is the reason.</summary>
public sealed class RelayServiceException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">What the system said, if it is the system that objects.</param>
    public RelayServiceException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
