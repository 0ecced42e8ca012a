using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Attachment;

/// <summary>The object that a relay tells what becomes of a registration: one for each registration. Thread-safe.</summary>
/// <param name="onDraining">The relay will stop, in so many seconds.</param>
/// <param name="onReplaced">Another connection of the Tub has registered, from this address.</param>
internal sealed class RelayEvents(Action<TimeSpan> onDraining, Action<string> onReplaced) : IReferenceable
{
    private const int MaxAddressLength = 100;
    private const long MaxSeconds = 24 * 60 * 60;

    public ValueTask<object?> CallAsync(RemoteCall call)
    {
        switch (call.Method)
        {
            case RelayProtocol.Draining:
                onDraining(TimeSpan.FromSeconds(Math.Clamp(call.Get<long>(0), 0, MaxSeconds)));
                return default;
            case RelayProtocol.Replaced:
                string peer = call.Get<string?>(0) ?? "an unknown address";
                onReplaced(peer.Length > MaxAddressLength ? peer[..MaxAddressLength] : peer);
                return default;
            default:
                throw call.UnknownMethod();
        }
    }
}
