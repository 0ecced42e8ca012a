using Foolscap.Relay.Client;
using Foolscap.Relay.Hosting;

namespace Foolscap.Relay.AspNetCore.Status;

/// <summary>Makes a report of a relay client.</summary>
internal static class ClientReportBuilder
{
    public static ClientReport Build(IFoolscapRelayClient client, RatePoint rate, IReadOnlyList<EventReport> events)
    {
        // Both lists are in the order in which the relays were given.
        IReadOnlyList<RelayStatus> statuses = client.Statuses;
        RelayClientStatistics statistics = client.Client.Statistics;
        return new ClientReport(
            client.Tub.TubId.ToString(),
            client.Target?.ToString(),
            rate.ToTubs,
            rate.FromTubs,
            statistics.BytesToTub,
            statistics.BytesFromTub,
            statistics.ActiveStreams,
            statistics.ActiveDirectStreams,
            statistics.TotalStreams,
            statistics.TotalDirectStreams,
            statistics.Refusals,
            [.. statuses.Zip(statistics.Relays, ToReport)],
            events);
    }

    private static AttachmentReport ToReport(RelayStatus status, RelayAttachmentStatistics statistics) => new(
        status.Relay.ToString(),
        EventText.SnakeCase(status.State.ToString()),
        statistics.Since,
        [.. status.Hints.Select(hint => hint.ToString())],
        status.Reason,
        status.RetryIn.TotalSeconds,
        statistics.Registrations,
        statistics.FailedRegistrations,
        statistics.Reconnects);
}
