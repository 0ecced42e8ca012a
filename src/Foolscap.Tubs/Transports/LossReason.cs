using System.Security.Authentication;

namespace Foolscap.Tubs.Transports;

/// <summary>Why a connection was lost, in words for logs and callers.</summary>
internal static class LossReason
{
    /// <summary>Gets the cause: of what fails below it, <see cref="System.Net.Security.SslStream"/> says only that there is an inner exception.</summary>
    /// <param name="exception">What a read, a write or the handshake threw.</param>
    public static string Of(Exception exception) =>
        exception is IOException or AuthenticationException && exception.InnerException is Exception inner ? Of(inner) : exception.Message;
}
