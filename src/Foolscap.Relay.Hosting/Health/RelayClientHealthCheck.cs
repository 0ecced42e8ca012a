using Foolscap.Relay.Client;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Foolscap.Relay.Hosting.Health;

/// <summary>Tells whether a client runs; and whether its Tub is registered, if it is asked for that.</summary>
internal sealed class RelayClientHealthCheck(IFoolscapRelayClient client, bool mustBeReady) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Check(context.Registration.FailureStatus));

    private HealthCheckResult Check(HealthStatus failure)
    {
        if (!client.IsRunning)
        {
            return new HealthCheckResult(failure, "the relay client does not run");
        }

        IReadOnlyList<RelayStatus> statuses = client.Statuses;
        int registered = statuses.Count(status => status.State == RelayState.Registered);
        string text = $"the Tub is registered with {registered} of {statuses.Count} relays";
        return !mustBeReady ? HealthCheckResult.Healthy("the relay client runs")
            : registered == statuses.Count ? HealthCheckResult.Healthy(text)
            : registered > 0 ? HealthCheckResult.Degraded($"{text}; {Describe(statuses)}")
            : new HealthCheckResult(failure, $"{text}; {Describe(statuses)}");
    }

    /// <summary>Says of each relay that is missing why it is.</summary>
    private static string Describe(IReadOnlyList<RelayStatus> statuses) => string.Join("; ", statuses
        .Where(status => status.State != RelayState.Registered)
        .Select(status => $"relay {status.Relay}: {status.Reason ?? status.State.ToString().ToLowerInvariant()}"));
}
