using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Server;

/// <summary>What this assembly logs. Event ids 3000 to 3999; the next free one is 3007.</summary>
internal sealed partial class RelayLog(ILogger logger)
{
    [LoggerMessage(3000, LogLevel.Information, "Tub {TubId} has registered from {Address}.")]
    public partial void Registered(string tubId, string address);

    [LoggerMessage(3001, LogLevel.Information, "Tub {TubId} has registered anew from {Address}; its older registration ends.")]
    public partial void Replaced(string tubId, string address);

    [LoggerMessage(3002, LogLevel.Information, "Tub {TubId} is not registered any more: {Reason}")]
    public partial void Unregistered(string tubId, string reason);

    [LoggerMessage(3003, LogLevel.Debug, "A connection of {Peer} to Tub {TubId} is relayed.")]
    public partial void StreamStarted(string peer, string tubId);

    [LoggerMessage(3004, LogLevel.Debug, "A connection of {Peer} to Tub {TubId} is over after {ToTub} bytes to it and {FromTub} from it: {Reason}")]
    public partial void StreamEnded(string peer, string tubId, long toTub, long fromTub, string reason);

    [LoggerMessage(3006, LogLevel.Error, "A connection of {Peer} to Tub {TubId} failed.")]
    public partial void StreamFaulted(string peer, string tubId, Exception exception);

    [LoggerMessage(3005, LogLevel.Information, "A connection of {Peer} to Tub {TubId} was refused: {Reason}")]
    public partial void StreamRefused(string peer, string tubId, string reason);
}
