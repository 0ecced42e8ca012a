using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Foolscap.Relay.Hosting.Health;

/// <summary>Tells whether a relay runs; and whether it takes connections, if it is asked for that.</summary>
internal sealed class RelayHealthCheck(IFoolscapRelay relay, bool mustBeReady, TimeProvider timeProvider) : IHealthCheck
{
    /// <summary>A probe that is older than so many intervals was not followed by the next one: something hangs.</summary>
    private const int LateAfter = 3;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        string? problem = !relay.IsRunning ? "the relay does not run" : mustBeReady ? FindReadinessProblem() : null;
        return Task.FromResult(problem is null
            ? HealthCheckResult.Healthy(mustBeReady ? "the relay takes connections" : "the relay runs")
            : new HealthCheckResult(context.Registration.FailureStatus, problem));
    }

    private string? FindReadinessProblem()
    {
        TimeSpan interval = relay.Options.SelfProbeInterval;
        return relay switch
        {
            { IsDraining: true } => "the relay stops soon, and takes nothing new",
            _ when interval == Timeout.InfiniteTimeSpan => null,
            { LastSelfProbe: null } => "the relay has not connected to itself yet",
            { LastSelfProbe.Failure: string failure } => $"the relay cannot connect to itself: {failure}",
            { LastSelfProbe.Time: var time } when timeProvider.GetUtcNow() - time > LateAfter * interval => $"the relay has not connected to itself since {time:u}",
            _ => null,
        };
    }
}
