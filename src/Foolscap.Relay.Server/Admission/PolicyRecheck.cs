using Foolscap.Relay.Server.Registration;

namespace Foolscap.Relay.Server.Admission;

/// <summary>Asks the registration policy about the Tubs that are registered, from time to time.</summary>
internal sealed class PolicyRecheck : IAsyncDisposable
{
    private const int MaxFailures = 3;

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

        try
        {
            int failures = 0;
            foreach (TubRegistration registration in _registry.Registrations)
            {
                failures = await IsUndecidedAsync(registration).ConfigureAwait(false) ? failures + 1 : 0;
                if (failures >= MaxFailures)
                {
                    break; // It is out of order. The next round asks again.
                }
            }
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    /// <summary>Asks about one Tub.</summary>
    /// <returns>Whether the policy has failed. It lets nobody in then, but that is no reason to throw those out whom it has let in.</returns>
    private async Task<bool> IsUndecidedAsync(TubRegistration registration)
    {
        RegistrationRequest request = new(registration.TubId, registration.Connection.RemoteEndPoint);
        string? denial = await _policy.GetDenialAsync(request).ConfigureAwait(false);
        if (denial is not null and not PolicyQuestion.Unavailable)
        {
            _registry.Revoke(registration, $"it may not be registered any more: {denial}");
        }

        return denial == PolicyQuestion.Unavailable;
    }
}
