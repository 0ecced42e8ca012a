using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.Tubs;

namespace Foolscap.Relay.Hosting.Services;

/// <summary>Logs how it stands with each relay, and keeps the hints of a Tub of this process to what the relays say.</summary>
internal sealed class StatusReport(Tub tub, bool ownsHints, IEnumerable<TubId> relays, HostingLog log)
{
    private readonly Lock _gate = new();

    // In the order of the configuration, so that the best relay stays the first hint.
    private readonly List<KeyValuePair<TubId, IReadOnlyList<ConnectionHint>>> _hints =
        [.. relays.Select(relay => KeyValuePair.Create(relay, (IReadOnlyList<ConnectionHint>)[]))];

    public void OnStatus(RelayStatus status)
    {
        string tubId = tub.TubId.ToString();
        string relay = status.Relay.ToString();
        switch (status.State)
        {
            case RelayState.Registered:
                UseHints(status);
                log.Attached(tubId, relay, string.Join(',', status.Hints));
                break;
            case RelayState.Waiting:
                log.NotAttached(tubId, relay, status.RetryIn, status.Reason ?? "no reason was given");
                break;
            case RelayState.Draining:
                log.RelayDrains(tubId, relay, status.Reason ?? "no reason was given");
                break;
            default:
                break;
        }
    }

    private void UseHints(RelayStatus status)
    {
        if (!ownsHints)
        {
            return;
        }

        lock (_gate)
        {
            int index = _hints.FindIndex(pair => pair.Key == status.Relay);
            _hints[index] = KeyValuePair.Create(status.Relay, status.Hints);
            tub.Hints = [.. _hints.SelectMany(pair => pair.Value).Distinct()];
        }
    }
}
