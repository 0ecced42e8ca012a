namespace Foolscap.Relay.Server;

/// <summary>
/// Decides which Tubs may register. It is asked before anything is done for the Tub, and again from time to time while it
/// is registered (<see cref="RelayServerOptions.PolicyRecheckInterval"/>). A policy that throws, or does not answer within
/// <see cref="RelayServerOptions.PolicyTimeout"/>, denies.
/// </summary>
/// <remarks>Must be thread-safe, and must not block.</remarks>
public interface IRegistrationPolicy
{
    /// <summary>Decides about one registration.</summary>
    /// <param name="request">Who wants to register.</param>
    /// <param name="cancellationToken">Cancelled when the answer is not waited for any more.</param>
    /// <returns>The decision.</returns>
    ValueTask<AdmissionDecision> DecideAsync(RegistrationRequest request, CancellationToken cancellationToken);
}
