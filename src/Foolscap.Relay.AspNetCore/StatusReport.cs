using System.Text.Json;
using Foolscap.Relay.AspNetCore.Status;

namespace Foolscap.Relay.AspNetCore;

/// <summary>
/// How it stands with a process that runs a relay, a relay client, or both: what <c>/status.json</c> answers, and the status page
/// shows. No secret is in it. Times are UTC.
/// </summary>
/// <param name="Schema">The version of this schema: 1. A member that is new does not change it; one that is gone does.</param>
/// <param name="Time">When the report was made.</param>
/// <param name="Version">The version of the program's relay libraries.</param>
/// <param name="Started">When the process was started.</param>
/// <param name="Relay">The relay; <see langword="null"/> if the process runs none, or it has not started yet.</param>
/// <param name="Client">The relay client; <see langword="null"/> if the process runs none, or it has not started yet.</param>
public sealed record StatusReport(
    int Schema, DateTimeOffset Time, string Version, DateTimeOffset Started, RelayReport? Relay, ClientReport? Client)
{
    /// <summary>The version of the schema that this library writes and reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>Reads a report.</summary>
    /// <param name="utf8Json">The body of <c>/status.json</c>.</param>
    /// <returns>The report.</returns>
    /// <exception cref="JsonException">It is no report, or one of a later schema.</exception>
    public static StatusReport Parse(ReadOnlySpan<byte> utf8Json)
    {
        StatusReport report = JsonSerializer.Deserialize(utf8Json, StatusJson.Default.StatusReport)
            ?? throw new JsonException("The status report is null.");
        return report.Schema == CurrentSchema
            ? report
            : throw new JsonException($"The status report has schema {report.Schema}, and this program knows {CurrentSchema}: one of the two is older.");
    }

    /// <summary>Writes the report as JSON.</summary>
    /// <returns>UTF-8.</returns>
    public byte[] ToUtf8Json() => JsonSerializer.SerializeToUtf8Bytes(this, StatusJson.Default.StatusReport);
}

/// <summary>How it stands with a relay.</summary>
/// <param name="TubId">The TubID of the relay's own Tub.</param>
/// <param name="Hints">Where others reach it. The registrar's FURL, which is a secret, is not shown.</param>
/// <param name="State"><c>running</c> or <c>draining</c>.</param>
/// <param name="BytesPerSecondToTubs">What passed to the Tubs in the last whole second.</param>
/// <param name="BytesPerSecondFromTubs">What passed from the Tubs in the last whole second.</param>
/// <param name="BytesToTubs">What has passed to the Tubs since the relay started.</param>
/// <param name="BytesFromTubs">What has passed from the Tubs.</param>
/// <param name="ActiveStreams">Connections that are relayed now.</param>
/// <param name="ActiveDirectStreams">How many of these have a connection of their own to the Tub's client.</param>
/// <param name="HeldConnections">Callers who wait for a Tub that was lost a moment ago.</param>
/// <param name="TotalStreams">Connections that Tubs have accepted.</param>
/// <param name="RegistrationConflicts">How often two processes with one certificate pushed each other out.</param>
/// <param name="SelfProbe">How the relay last connected to itself; <see langword="null"/> before the first time.</param>
/// <param name="Warning">What the process cannot do as configured, such as have enough open files.</param>
/// <param name="Refusals">How many connections and registrations were refused, by reason; the most frequent first.</param>
/// <param name="Limits">The limits, and how full they are.</param>
/// <param name="Tubs">The registered Tubs that were asked for.</param>
/// <param name="Streams">The relayed connections that were asked for.</param>
/// <param name="Events">What happened last; the newest first.</param>
public sealed record RelayReport(
    string TubId,
    IReadOnlyList<string> Hints,
    string State,
    double BytesPerSecondToTubs,
    double BytesPerSecondFromTubs,
    long BytesToTubs,
    long BytesFromTubs,
    int ActiveStreams,
    int ActiveDirectStreams,
    int HeldConnections,
    long TotalStreams,
    long RegistrationConflicts,
    ProbeReport? SelfProbe,
    string? Warning,
    IReadOnlyList<RefusalReport> Refusals,
    IReadOnlyList<LimitReport> Limits,
    ReportPage<TubReport> Tubs,
    ReportPage<StreamReport> Streams,
    IReadOnlyList<EventReport> Events);

/// <summary>A part of a list.</summary>
/// <param name="Total">How many there are.</param>
/// <param name="Matching">How many of them the filter lets through.</param>
/// <param name="Offset">How many of these come before the first one here.</param>
/// <param name="Items">The part.</param>
/// <typeparam name="T">What is in the list.</typeparam>
public sealed record ReportPage<T>(int Total, int Matching, int Offset, IReadOnlyList<T> Items);

/// <summary>The relay's attempt to connect to itself.</summary>
/// <param name="Time">When.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Failure">Why it failed; <see langword="null"/> if it did not.</param>
public sealed record ProbeReport(DateTimeOffset Time, double Seconds, string? Failure);

/// <summary>How often something was refused.</summary>
/// <param name="Reason">Why, in snake case: <c>stream_limit</c>.</param>
/// <param name="Count">How often.</param>
public sealed record RefusalReport(string Reason, long Count);

/// <summary>A limit.</summary>
/// <param name="Name">The key of the configuration: <c>MaxStreams</c>.</param>
/// <param name="Unit"><c>bytes</c>, <c>bytes/s</c>, or empty for a count.</param>
/// <param name="Used">How much of it is used, where it is one limit for all; of a limit for each, by whoever uses most.</param>
/// <param name="Limit">The limit; <see langword="null"/> if it is off.</param>
/// <param name="IsForEach">Whether each Tub, or each address, has this limit of its own.</param>
public sealed record LimitReport(string Name, string Unit, double Used, double? Limit, bool IsForEach);

/// <summary>A registered Tub.</summary>
/// <param name="TubId">The Tub.</param>
/// <param name="Address">Where it connects from.</param>
/// <param name="Since">Since when it is registered.</param>
/// <param name="LastSeen">When it last gave a sign of life.</param>
/// <param name="ActiveStreams">Connections that are relayed to it now.</param>
/// <param name="TotalStreams">Connections that it has accepted.</param>
/// <param name="BytesToTub">Bytes that it was sent.</param>
/// <param name="BytesFromTub">Bytes that it has sent.</param>
/// <param name="BytesPerSecond">Both, in the last second that was looked at; 0 while nobody looks.</param>
public sealed record TubReport(
    string TubId,
    string Address,
    DateTimeOffset Since,
    DateTimeOffset LastSeen,
    int ActiveStreams,
    long TotalStreams,
    long BytesToTub,
    long BytesFromTub,
    double BytesPerSecond);

/// <summary>A relayed connection.</summary>
/// <param name="TubId">The Tub that was called.</param>
/// <param name="Peer">The caller's address.</param>
/// <param name="Since">Since when.</param>
/// <param name="IsDirect">Whether it has a connection of its own to the Tub's client.</param>
/// <param name="BytesToTub">Bytes that it has carried to the Tub.</param>
/// <param name="BytesFromTub">Bytes that it has carried from the Tub.</param>
public sealed record StreamReport(string TubId, string Peer, DateTimeOffset Since, bool IsDirect, long BytesToTub, long BytesFromTub);

/// <summary>Something that happened.</summary>
/// <param name="Number">Counts the events of this process, so that a reader knows which are new.</param>
/// <param name="Time">When.</param>
/// <param name="Kind">What, in snake case: <c>tub_registered</c>.</param>
/// <param name="Severity"><c>info</c>, <c>notice</c> or <c>warning</c>.</param>
/// <param name="TubId">The Tub that it is about, if it is about one.</param>
/// <param name="Text">The rest of a sentence that begins with the kind and the Tub; it may quote what peers have sent.</param>
public sealed record EventReport(long Number, DateTimeOffset Time, string Kind, string Severity, string? TubId, string Text);

/// <summary>How it stands with a relay client.</summary>
/// <param name="TubId">The Tub that it makes reachable.</param>
/// <param name="Target">Where that Tub listens; <see langword="null"/> if it is in the same process and listens on no port.</param>
/// <param name="BytesPerSecondToTub">What passed to the Tub in the last whole second.</param>
/// <param name="BytesPerSecondFromTub">What passed from the Tub in the last whole second.</param>
/// <param name="BytesToTub">What has passed to the Tub since the client started.</param>
/// <param name="BytesFromTub">What has passed from the Tub.</param>
/// <param name="ActiveStreams">Connections that are relayed to the Tub now.</param>
/// <param name="ActiveDirectStreams">How many of these have a connection of their own to the relay.</param>
/// <param name="TotalStreams">Connections that were taken.</param>
/// <param name="TotalDirectStreams">How many of these had a connection of their own.</param>
/// <param name="RefusedStreams">Connections that relays offered, and that were not taken.</param>
/// <param name="Relays">How it stands with each relay.</param>
/// <param name="Events">What happened last; the newest first.</param>
public sealed record ClientReport(
    string TubId,
    string? Target,
    double BytesPerSecondToTub,
    double BytesPerSecondFromTub,
    long BytesToTub,
    long BytesFromTub,
    int ActiveStreams,
    int ActiveDirectStreams,
    long TotalStreams,
    long TotalDirectStreams,
    long RefusedStreams,
    IReadOnlyList<AttachmentReport> Relays,
    IReadOnlyList<EventReport> Events);

/// <summary>How it stands with one relay of a client.</summary>
/// <param name="Relay">The relay's TubID.</param>
/// <param name="State"><c>connecting</c>, <c>registered</c>, <c>draining</c>, <c>waiting</c> or <c>stopped</c>.</param>
/// <param name="Since">Since when it is in this state.</param>
/// <param name="Hints">Where callers reach the Tub through this relay.</param>
/// <param name="Reason">Why there is no registration, while there is none.</param>
/// <param name="RetrySeconds">How long the client waits before it tries again, while it waits.</param>
/// <param name="Registrations">How often the relay has taken the Tub's registration.</param>
/// <param name="FailedRegistrations">How often the relay was reached and has not taken it.</param>
/// <param name="Reconnects">How often the client has begun to connect again.</param>
public sealed record AttachmentReport(
    string Relay,
    string State,
    DateTimeOffset Since,
    IReadOnlyList<string> Hints,
    string? Reason,
    double RetrySeconds,
    long Registrations,
    long FailedRegistrations,
    long Reconnects);
