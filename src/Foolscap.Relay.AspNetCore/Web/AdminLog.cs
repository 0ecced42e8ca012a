using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.AspNetCore.Web;

/// <summary>What this assembly logs. Event ids 6000 to 6999; the next free one is 6001.</summary>
internal static partial class AdminLog
{
    [LoggerMessage(6000, LogLevel.Information, "Status page, metrics and health: {Addresses}")]
    public static partial void Listening(ILogger logger, string addresses);
}
