namespace Foolscap.Relay.Server;

/// <summary>
/// Decides who may connect to whom through the relay. It is asked before the Tub is. A policy that throws, or does not
/// answer within <see cref="RelayServerOptions.PolicyTimeout"/>, denies.
/// </summary>
/// <remarks>Must be thread-safe, and must not block.</remarks>
public interface IConnectionPolicy
{
    /// <summary>Decides about one connection.</summary>
    /// <param name="request">Who wants to connect, and to whom.</param>
    /// <param name="cancellationToken">Cancelled when the answer is not waited for any more.</param>
    /// <returns>The decision.</returns>
    ValueTask<AdmissionDecision> DecideAsync(StreamRequest request, CancellationToken cancellationToken);
}
