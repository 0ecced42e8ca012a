using Foolscap.Furls;
using Microsoft.Extensions.Logging;

namespace Foolscap.Tubs;

/// <summary>What this assembly logs. Event ids 1000 to 1999; the next free one is 1013.</summary>
internal sealed partial class TubLog(ILogger logger)
{
    [LoggerMessage(1000, LogLevel.Debug, "Connected to Tub {TubId} at {Address}.")]
    private partial void Connected(TubId tubId, string address);

    [LoggerMessage(1001, LogLevel.Debug, "{Reason}")]
    private partial void Ended(string reason);

    [LoggerMessage(1002, LogLevel.Debug, "A call of Tub {TubId} failed: {ExceptionType}: {Message}")]
    private partial void Failed(string tubId, string exceptionType, string message);

    [LoggerMessage(1003, LogLevel.Debug, "A peer at {Address} did not become a connection: {Reason}")]
    public partial void NegotiationFailed(string address, string reason);

    [LoggerMessage(1004, LogLevel.Information, "Listening on {Address}.")]
    public partial void Listening(string address);

    [LoggerMessage(1005, LogLevel.Debug, "A peer at {Address} was refused: {Status} {Reason}")]
    public partial void Refused(string address, int status, string reason);

    [LoggerMessage(1006, LogLevel.Warning, "Accepting connections failed {Count} times since the last such line, and is tried again in {Delay}: {Reason}")]
    public partial void AcceptFailed(long count, TimeSpan delay, string reason);

    [LoggerMessage(1007, LogLevel.Error, "Handling a connection of {Address} failed.")]
    public partial void ConnectionFaulted(string address, Exception exception);

    [LoggerMessage(1008, LogLevel.Debug, "Hint {Hint} of Tub {TubId} did not lead to a connection: {Reason}")]
    public partial void HintFailed(string hint, TubId tubId, string reason);

    [LoggerMessage(1009, LogLevel.Debug, "Tub {TubId} is lost and is tried again in {Delay}: {Reason}")]
    public partial void Reconnecting(TubId tubId, TimeSpan delay, string reason);

    [LoggerMessage(1010, LogLevel.Error, "What was to be done with Tub {TubId} failed.")]
    public partial void SessionFaulted(TubId tubId, Exception exception);

    [LoggerMessage(1011, LogLevel.Error, "What was to be done on the connection to Tub {TubId} failed.")]
    public partial void CallbackFaulted(TubId tubId, Exception exception);

    [LoggerMessage(1012, LogLevel.Warning, "{Count} connections were refused since the last such line: {Reason}. The last one came from {Address}.")]
    public partial void LimitReached(long count, string reason, string address);

    public void Connected(TubConnection connection) =>
        Connected(connection.RemoteTubId, connection.RemoteEndPoint?.ToString() ?? "(in memory)");

    public void ConnectionEnded(string reason) => Ended(reason);

    public void CallFailed(TubId tubId, Exception exception)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            Failed(tubId.ToString(), exception.GetType().Name, exception.Message);
        }
    }
}
