namespace Foolscap.Relay;

/// <summary>Slows a relayed stream down, to keep it within a rate. Must be thread-safe.</summary>
public interface IRelayedStreamPacer
{
    /// <summary>Waits until bytes may be passed on.</summary>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Cancelled when the stream is over.</param>
    /// <returns>When they may.</returns>
    ValueTask WaitAsync(int count, CancellationToken cancellationToken);
}
