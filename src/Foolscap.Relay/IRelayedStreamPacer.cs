namespace Foolscap.Relay;

/// <summary>Slows a relayed stream down, to keep it within a rate. Must be thread-safe.</summary>
public interface IRelayedStreamPacer
{
    /// <summary>Waits after bytes have been passed on, before more of them are.</summary>
    /// <param name="count">How many have been; at most one <c>write</c>.</param>
    /// <param name="cancellationToken">Cancelled when the stream is over.</param>
    /// <returns>When more may be.</returns>
    ValueTask WaitAsync(int count, CancellationToken cancellationToken);
}
