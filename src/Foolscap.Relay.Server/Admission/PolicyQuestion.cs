using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Admission;

/// <summary>Asks policies, so that whatever goes wrong with one denies.</summary>
internal sealed class PolicyQuestion(RelayServerOptions options, RelayLog log, TimeProvider timeProvider)
{
    /// <summary>The denial of a policy that has failed.</summary>
    public const string Unavailable = "this relay cannot decide at the moment whether that is allowed";

    /// <summary>A policy that fails is asked about every stranger, who must not fill the log by that.</summary>
    private readonly RefusalCounters<Kind> _failures = new(timeProvider);

    private enum Kind
    {
        Registration,
        Connection,
    }

    /// <summary>Asks whether a Tub may register. It never fails.</summary>
    /// <returns>Why not; none if it may.</returns>
    public ValueTask<string?> GetDenialAsync(RegistrationRequest request) => options.RegistrationPolicy is IRegistrationPolicy policy
        ? GetDenialAsync(Kind.Registration, token => policy.DecideAsync(request, token))
        : default;

    /// <summary>Asks whether a caller may connect. It never fails.</summary>
    /// <returns>Why not; none if he may.</returns>
    public ValueTask<string?> GetDenialAsync(StreamRequest request) => options.ConnectionPolicy is IConnectionPolicy policy
        ? GetDenialAsync(Kind.Connection, token => policy.DecideAsync(request, token))
        : default;

    private async ValueTask<string?> GetDenialAsync(Kind kind, Func<CancellationToken, ValueTask<AdmissionDecision>> ask)
    {
        using CancellationTokenSource timeout = new(options.PolicyTimeout, timeProvider);
        try
        {
            Task<AdmissionDecision> asking = ask(timeout.Token).AsTask();
            _ = asking.ContinueWith(
                static late => _ = late.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            AdmissionDecision decision = await asking.WaitAsync(timeout.Token).ConfigureAwait(false);
            return decision.IsAllowed ? null : decision.Reason ?? "this relay does not allow it";
        }
        catch (Exception exception)
        {
            if (_failures.Count(kind, out long count))
            {
                log.PolicyFailed(kind.ToString(), count, exception);
            }

            return Unavailable;
        }
    }
}
