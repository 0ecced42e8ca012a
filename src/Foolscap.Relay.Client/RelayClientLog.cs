using Foolscap.Furls;
using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Client;

/// <summary>What this assembly logs. Event ids 4000 to 4999; the next free one is 4009.</summary>
internal sealed partial class RelayClientLog(ILogger logger)
{
    [LoggerMessage(4000, LogLevel.Information, "Tub {Tub} is registered with relay {Relay}: reachable at {Hints}.")]
    public partial void Registered(TubId tub, TubId relay, string hints);

    [LoggerMessage(4001, LogLevel.Warning, "Tub {Tub} is not registered with relay {Relay}, which is tried again in {RetryIn}: {Reason}")]
    public partial void Waiting(TubId tub, TubId relay, TimeSpan retryIn, string reason);

    [LoggerMessage(4002, LogLevel.Warning, "Connections that were not taken since the last such line: {Count}; the last one was of {Peer}: {Reason}")]
    public partial void NotAccepted(long count, string peer, string reason);

    [LoggerMessage(4003, LogLevel.Debug, "A connection of {Peer} is over after {ToTub} bytes to the Tub and {FromTub} from it: {Reason}")]
    public partial void StreamEnded(string peer, long toTub, long fromTub, string reason);

    [LoggerMessage(4004, LogLevel.Error, "The program's callback for a change of status failed.")]
    public partial void StatusCallbackFailed(Exception exception);

    [LoggerMessage(4005, LogLevel.Warning, "Relay {Relay} will stop within {Limit}; it offers no more connections until it is back.")]
    public partial void Draining(TubId relay, TimeSpan limit);

    [LoggerMessage(4006, LogLevel.Warning, "Another process at {Peer} has registered this Tub with relay {Relay}: if it is not a new run of this one, two clients run with one certificate, and push each other out.")]
    public partial void Replaced(string peer, TubId relay);

    [LoggerMessage(4007, LogLevel.Information, "The network has changed: the connections to the relays are tested.")]
    public partial void NetworkChanged();

    [LoggerMessage(4008, LogLevel.Warning, "A direct connection to relay {Relay} has not come up, and callers share the one that is there for {Pause}: {Reason}")]
    public partial void DirectFailed(TubId relay, TimeSpan pause, string reason);
}
