using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Hosting;

/// <summary>What this assembly logs. Event ids 5000 to 5999; the next free one is 5013; 5008 to 5010 were what the client logs itself.</summary>
internal sealed partial class HostingLog(ILogger logger)
{
    public static HostingLog Of(ILoggerFactory loggerFactory) => new(loggerFactory.CreateLogger("Foolscap.Relay.Hosting"));

    [LoggerMessage(5000, LogLevel.Information, "The relay {TubId} runs; its registrar's FURL is in {File}, for those who may register. Others reach it at: {Hints}")]
    public partial void RelayStarted(string tubId, string file, string hints);

    [LoggerMessage(5001, LogLevel.Warning, "The relay {TubId} has no hints, so nobody finds it by its FURL: set {Key}, or IFoolscapRelay.SetHints.")]
    public partial void NoHints(string tubId, string key);

    [LoggerMessage(5002, LogLevel.Information, "The relay {TubId} has stopped; connections that were aborted: {Aborted}.")]
    public partial void RelayStopped(string tubId, int aborted);

    [LoggerMessage(5003, LogLevel.Error, "The changed configuration of {Section} is not used, and the old one stays: {Fault}")]
    public partial void ReloadFault(string section, string fault);

    [LoggerMessage(5004, LogLevel.Information, "{Key} is {New} from now on; it was {Old}.")]
    public partial void ValueChanged(string key, string @new, string old);

    [LoggerMessage(5005, LogLevel.Warning, "{Key} has changed, which takes effect at the next start only.")]
    public partial void NeedsRestart(string key);

    [LoggerMessage(5006, LogLevel.Warning, "The relay {TubId} does not answer itself: {Reason}")]
    public partial void SelfProbeFailed(string tubId, string reason);

    [LoggerMessage(5007, LogLevel.Information, "The relay {TubId} answers itself again.")]
    public partial void SelfProbeRecovered(string tubId);

    [LoggerMessage(5011, LogLevel.Information, "Tub {TubId} is not registered any more: the host stops.")]
    public partial void ClientStopped(string tubId);

    [LoggerMessage(5012, LogLevel.Information, "The client of Tub {TubId} has stopped; no relay had registered it.")]
    public partial void ClientStoppedUnregistered(string tubId);
}
