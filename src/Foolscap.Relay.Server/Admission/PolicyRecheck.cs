using Foolscap.Relay.Server.Registration;

namespace Foolscap.Relay.Server.Admission;

/// <summary>Asks the registration policy about the Tubs that are registered, from time to time.</summary>
internal sealed class PolicyRecheck : IAsyncDisposable
{
    private readonly TubRegistry _registry;
    private readonly PolicyQuestion _policy;
    private readonly ITimer? _timer;
    private int _running;

    public PolicyRecheck(TubRegistry registry, PolicyQuestion policy, RelayServerOptions options, TimeProvider timeProvider)
    {
        _registry = registry;
        _policy = policy;
        if (options.RegistrationPolicy is not null && options.PolicyRecheckInterval != Timeout.InfiniteTimeSpan)
        {
            _timer = timeProvider.CreateTimer(
                static self => _ = ((PolicyRecheck)self!).RunAsync(), this, options.PolicyRecheckInterval, options.PolicyRecheckInterval);
        }
    }

    public ValueTask DisposeAsync() => _timer?.DisposeAsync() ?? default;

    private async Task RunAsync()
    {
        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            return; // A slow policy is not asked twice at once.
        }

        foreach (TubRegistration registration in _registry.Registrations)
        {
            RegistrationRequest request = new(registration.TubId, registration.Connection.RemoteEndPoint);
            string? denial = await _policy.GetDenialAsync(request).ConfigureAwait(false);
            if (denial == PolicyQuestion.Unavailable)
            {
                // It lets nobody in, but that is no reason to throw those out whom it has let in. The next round asks again.
                break;
            }

            if (denial is not null)
            {
                _registry.Revoke(registration, $"it may not be registered any more: {denial}");
            }
        }

        Volatile.Write(ref _running, 0);
    }
}
