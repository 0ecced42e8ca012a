using Foolscap.Relay.Client;
using Foolscap.Tubs;

namespace Foolscap.Relay.Hosting.Services;

/// <summary>Keeps the hints of a Tub of this process to what the relays say.</summary>
internal sealed class TubHints(Tub tub, bool ownsHints)
{
    private readonly Lock _gate = new();
    private RelayClient? _client;

    /// <summary>Says whose hints they are: known only when the first status may have been told already.</summary>
    public void Use(RelayClient client)
    {
        _client = client;
        UpdateHints();
    }

    /// <summary>Gives the Tub the hints of its relays as they are now.</summary>
    public void UpdateHints()
    {
        // One at a time, so that no older hints are written over newer ones.
        lock (_gate)
        {
            if (ownsHints && _client is not null)
            {
                tub.Hints = _client.Hints;
            }
        }
    }

    public void OnStatus(RelayStatus status)
    {
        if (status.State == RelayState.Registered)
        {
            UpdateHints();
        }
    }
}
