using System.Net.Sockets;
using System.Security.Cryptography;
using Foolscap.Furls;
using Foolscap.Relay.Hosting;
using Foolscap.Relay.Tool.Configuration;

namespace Foolscap.Relay.Tool.Hosting;

/// <summary>What to do when a relay or a client cannot be started.</summary>
internal static class StartAdvice
{
    /// <summary>The advice; null if the message says enough.</summary>
    /// <param name="exception">Why it cannot be started.</param>
    /// <param name="section">The section of what was to be started.</param>
    public static string? For(Exception exception, string section)
    {
        if (exception.Message.Contains(AdminSettings.ListenKey, StringComparison.Ordinal))
        {
            return "That is the address of the status page. Choose another with --admin IP:PORT, or turn the page off with --admin off.";
        }

        return section == RelayConfiguration.ServerSection ? ForRelay(exception) : null;
    }

    private static string? ForRelay(Exception exception) => exception.InnerException switch
    {
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
            "Another program listens there, perhaps another run of this one: 'ss -ltnp' shows which. Stop it, or choose another port with --listen.",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } =>
            "That is no address of this machine: 'ip address' shows those that are. 0.0.0.0 with the port listens on all of them.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            "Ports below 1024 are for the system's administrator, or for a service with CAP_NET_BIND_SERVICE. Choose a higher one with --listen.",
        FurlFormatException =>
            "It should hold one line, the registrar's FURL. Put back a copy of it, or delete it: then the relay makes a new one, which all who register need.",
        CryptographicException =>
            "It should hold the relay's certificate and its private key. Put back a copy of it, or move it away: then the relay is another one, which all who register must be told.",
        UnauthorizedAccessException or IOException =>
            "Choose with --folder a folder in which this user may read and write.",
        _ => null,
    };
}
