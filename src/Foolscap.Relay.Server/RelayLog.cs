using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Server;

/// <summary>What this assembly logs. Event ids 3000 to 3999; the next free one is 3017.</summary>
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

    [LoggerMessage(3007, LogLevel.Information, "Connections that were refused for this reason since the last such line: {Count}; the last one was of {Peer} to Tub {TubId}: {Reason}")]
    public partial void StreamsRefused(long count, string peer, string tubId, string reason);

    [LoggerMessage(3008, LogLevel.Warning, "Registrations that were refused for this reason since the last such line: {Count}; the last one was of Tub {TubId} from {Address}: {Reason}")]
    public partial void RegistrationsRefused(long count, string tubId, string address, string reason);

    [LoggerMessage(3009, LogLevel.Warning, "Tub {TubId} registers from {Address} again, after another process at {Rival} had taken its place: two clients run with one certificate, and push each other out.")]
    public partial void Conflict(string tubId, string address, string rival);

    [LoggerMessage(3010, LogLevel.Error, "The {Policy} policy failed {Count} times since the last such line, and what it was asked about is denied.")]
    public partial void PolicyFailed(string policy, long count, Exception exception);

    [LoggerMessage(3011, LogLevel.Information, "The relay stops; Tubs that are told: {Tubs}; connections that it relays: {Streams}, which may go on for {Limit}.")]
    public partial void DrainStarted(int tubs, int streams, TimeSpan limit);

    [LoggerMessage(3012, LogLevel.Information, "The list of Tubs in {Path} has been read: {Count} may register.")]
    public partial void ListRead(string path, int count);

    [LoggerMessage(3013, LogLevel.Error, "The list of Tubs in {Path} cannot be read, and nobody may register: {Reason}")]
    public partial void ListUnreadable(string path, string reason);

    [LoggerMessage(3014, LogLevel.Error, "Line {Line} of the list of Tubs in {Path} is no TubID, and admits nobody.")]
    public partial void ListLineInvalid(string path, int line);

    [LoggerMessage(3015, LogLevel.Warning, "The relay's limits cannot be reached: {Problem}")]
    public partial void TooFewFiles(string problem);

    [LoggerMessage(3016, LogLevel.Error, "The program's callback for events failed {Count} times since the last such line.")]
    public partial void EventCallbackFailed(long count, Exception exception);
}
