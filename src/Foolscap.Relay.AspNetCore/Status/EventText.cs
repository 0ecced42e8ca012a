using System.Globalization;
using System.Text;
using System.Text.Json;
using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.Relay.Server;

namespace Foolscap.Relay.AspNetCore.Status;

/// <summary>Puts events into words.</summary>
internal static class EventText
{
    private const int LongestText = 300;
    private const string Info = "info";
    private const string Notice = "notice";
    private const string Warning = "warning";

    /// <summary>Tells what happened in a relay.</summary>
    public static EventReport Describe(long number, RelayEvent relayEvent)
    {
        (string severity, TubId? tubId, string text) = relayEvent switch
        {
            TubRegistered e => (Notice, e.TubId, $"from {Address(e.Address)}"),
            TubReplaced e => (Notice, e.TubId, $"by a newer registration from {Address(e.Address)}"),
            TubUnregistered e => (Notice, e.TubId, e.Reason),
            TubConflict e => (Warning, e.TubId, $"two clients with one certificate, at {Address(e.Address)} and {e.Rival}, push each other out"),
            StreamStarted e => (Info, e.TubId, $"from {e.Peer}{(e.IsDirect ? ", direct" : "")}"),
            StreamEnded e => (Info, e.TubId, $"from {e.Peer}, after {Duration(e.Duration)}, {Bytes(e.End.OutboundBytes)} to the Tub, "
                + $"{Bytes(e.End.InboundBytes)} from it{(e.End.AbortReason is string reason ? $": {reason}" : "")}"),
            ConnectionRefused e => (Warning, e.TubId, $"from {e.Peer}: {e.Message}"),
            RegistrationRefused e => (Warning, e.TubId, $"from {Address(e.Address)}: {e.Message}"),
            DrainStarted e => (Warning, (TubId?)null, string.Create(
                CultureInfo.InvariantCulture, $"{e.Tubs} Tubs were told, {e.Streams} connections have {e.Limit.TotalSeconds:0.#} s")),
            _ => (Info, null, relayEvent.GetType().Name),
        };
        return new EventReport(number, relayEvent.Time, SnakeCase(relayEvent.GetType().Name), severity, tubId?.ToString(), Cut(text));
    }

    /// <summary>Tells how a client stands with a relay since then.</summary>
    public static EventReport Describe(long number, DateTimeOffset time, RelayStatus status)
    {
        string reason = status.Reason is { Length: > 0 } text ? $"{text.TrimEnd('.')}; " : "";
        (string severity, string rest) = status.State switch
        {
            RelayState.Registered => (Notice, $"reached at {string.Join(", ", status.Hints)}"),
            RelayState.Draining => (Warning, $"{reason}it takes nothing new"),
            RelayState.Waiting => (Warning, string.Create(CultureInfo.InvariantCulture, $"{reason}tried again after {status.RetryIn.TotalSeconds:0.#} s")),
            RelayState.Stopped => (Notice, "the client stops"),
            _ => (Info, ""),
        };
        return new EventReport(number, time, $"relay_{SnakeCase(status.State.ToString())}", severity, status.Relay.ToString(), Cut(rest));
    }

    /// <summary>Writes a name of C# as metrics and JSON have it.</summary>
    public static string SnakeCase(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    /// <summary>Writes an address; nothing is known of one in memory.</summary>
    public static string Address(System.Net.EndPoint? address) => address?.ToString() ?? "an unknown address";

    private static string Cut(string text)
    {
        StringBuilder result = new(Math.Min(text.Length, LongestText));
        foreach (char character in text.AsSpan(0, Math.Min(text.Length, LongestText)))
        {
            result.Append(char.IsControl(character) ? ' ' : character);
        }

        return text.Length > LongestText ? result.Append('…').ToString() : result.ToString();
    }

    private static string Duration(TimeSpan time) => time.TotalMinutes < 2
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s")
        : time.TotalHours < 2 ? $"{(int)time.TotalMinutes} min" : $"{(int)time.TotalHours} h";

    private static string Bytes(long count) => count switch
    {
        < 1000 => $"{count} B",
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e3:0.0} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e6:0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{count / 1e9:0.0} GB"),
    };
}
