using System.Net.Sockets;
using System.Security.Authentication;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Tests.Transports;

internal sealed class LossReasonTests
{
    private static readonly Exception Cause = new SocketException((int)SocketError.ConnectionReset);

    /// <summary>As SslStream wraps what is below it, once or twice.</summary>
    private static readonly Exception[] Wrapped =
    [
        new IOException("The read operation failed, see inner exception.", Cause),
        new IOException("The write operation failed, see inner exception.", new IOException("Unable to write data to the transport connection.", Cause)),
        new AuthenticationException("Authentication failed, see inner exception.", Cause),
        Cause,
    ];

    [TestCaseSource(nameof(Wrapped))]
    public void Of_FailureBelowTls_IsTheCause(Exception exception) => Assert.That(LossReason.Of(exception), Is.EqualTo(Cause.Message));

    [Test]
    public void Of_FailureWithoutCause_IsItsOwnMessage() =>
        Assert.That(LossReason.Of(new IOException("The connection was aborted.")), Is.EqualTo("The connection was aborted."));
}
