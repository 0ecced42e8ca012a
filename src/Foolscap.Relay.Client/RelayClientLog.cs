using Foolscap.Furls;
using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Client;

/// <summary>What this assembly logs. Event ids 4000 to 4999; the next free one is 4005.</summary>
internal sealed partial class RelayClientLog(ILogger logger)
{
    [LoggerMessage(4000, LogLevel.Information, "Registered with relay {Relay}: reachable at {Hints}.")]
    public partial void Registered(TubId relay, string hints);

    [LoggerMessage(4001, LogLevel.Warning, "Not registered with relay {Relay}, which is tried again in {RetryIn}: {Reason}")]
    public partial void Waiting(TubId relay, TimeSpan retryIn, string reason);

    [LoggerMessage(4002, LogLevel.Warning, "A connection of {Peer} was not taken: {Reason}")]
    public partial void NotAccepted(string peer, string reason);

    [LoggerMessage(4003, LogLevel.Debug, "A connection of {Peer} is over after {ToTub} bytes to the Tub and {FromTub} from it: {Reason}")]
    public partial void StreamEnded(string peer, long toTub, long fromTub, string reason);

    [LoggerMessage(4004, LogLevel.Error, "The program's callback for a change of status failed.")]
    public partial void StatusCallbackFailed(Exception exception);
}
