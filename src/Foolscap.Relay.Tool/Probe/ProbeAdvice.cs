using System.Net.Sockets;
using Foolscap.Furls;

namespace Foolscap.Relay.Tool.Probe;

/// <summary>What may be the cause of a failure, and what to do about it, in words for somebody who does not know Foolscap.</summary>
internal static class ProbeAdvice
{
    public const string NoObject =
        "The Tub can be reached: the network, the relay and the attachment work. The FURL is of an object that the Tub does not have (any more), "
        + "or a letter of it is wrong. Get the FURL anew from whoever runs the Tub.";

    public const string SilentObject =
        "The Tub can be reached, and does not answer: its program hangs, or has just ended. Look at its log.";

    public static string NotTcp(ConnectionHint hint) => hint.Type == "tcp"
        ? $"The hint should be tcp:HOST:PORT, with a port from 1 to 65535. Nobody can connect to {hint}."
        : hint.Type.Length == 0 ? $"A hint should be tcp:HOST:PORT. Nobody can connect to '{hint}'."
        : $"This program connects by TCP only. A caller with a handler for '{hint.Type}' may get further.";

    public static string ForDialing(ProbeStep step, ConnectionHint hint, Exception exception)
    {
        hint.TryGetTcpEndpoint(out string? host, out int port);
        if (step == ProbeStep.Resolve)
        {
            return $"The name {host} leads to no address. Is it spelled right, and is its DNS entry there? Try 'getent hosts {host}'.";
        }

        return exception is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
            ? $"The machine is there, and nothing listens on its port {port}. Is the relay running, and does it listen on this port, and not on 127.0.0.1 only? "
                + "A firewall may also refuse."
            : $"Nothing comes back from port {port} of {host}. Most often a firewall drops it: open TCP port {port} on that machine, and in its provider's firewall. "
                + "Or the machine is off, or the address is wrong.";
    }

    public static string ForNegotiation(ProbeStep step, string reason, TubId tubId) => step switch
    {
        ProbeStep.Request when reason.Contains(" 500 ", StringComparison.Ordinal) && reason.Contains("unknown TubID", StringComparison.Ordinal) =>
            $"A Tub of Python Foolscap answers, and is not Tub {tubId.ToShortString()}... If the hint is that of a relay, the client's --target leads to another Tub's port; "
            + "if not, the hint does.",
        ProbeStep.Request when reason.Contains("unknown TubID", StringComparison.Ordinal) =>
            $"A relay, or another Tub, answers there, and does not know Tub {tubId.ToShortString()}... now. Is 'foolscap-relay attach' (or the Tub's own client) running "
            + "on the Tub's machine, and does it say that it is attached to this relay? Is this the Tub's TubID? 'foolscap-relay furl tubid PEMFILE' prints it.",
        ProbeStep.Request when reason.Contains(" 503 ", StringComparison.Ordinal) =>
            "The relay knows the Tub, and cannot connect to it now; its answer says why. If the Tub does not accept: does the Tub's own program run, "
            + "and listen where the client's --target points? If a limit is reached, or the relay stops: try again later.",
        ProbeStep.Request when reason.Contains("No answer", StringComparison.Ordinal) =>
            "Something accepts connections there, and says nothing. Is it a relay, or a Tub? A port forwarding that leads nowhere looks like this as well.",
        ProbeStep.Request when reason.Contains("other end answered", StringComparison.Ordinal) =>
            "Something else than a relay or a Tub listens there, or it refuses; its answer says which. Check the port of the hint.",
        ProbeStep.Request =>
            "The other end closed the connection before it answered. The relay was perhaps just restarted, or something between (a proxy, a port forwarding) has no way on.",
        ProbeStep.Tls when reason.Contains("wrong Tub", StringComparison.Ordinal) =>
            "Another Tub answers than the FURL names. The client's --target leads to another Tub's port, or --tub-pem is not the certificate of the Tub that listens there.",
        ProbeStep.Tls =>
            "The Tub, or something between, ended the connection during TLS. If the relay answered, look at the log of the Tub behind it; "
            + "a program that is no Tub at the client's --target looks like this as well.",
        ProbeStep.Negotiate => "TLS works, and the two Tubs do not agree. The reason is the other Tub's own; look at its log.",
        _ => "Look at the relay's log, and at the Tub's.",
    };
}
