namespace Foolscap.Tubs;

/// <summary>
/// Takes connections over that are not for a Tub of the listener: a relay is one. Must be thread-safe.
/// </summary>
public interface IConnectionInterceptor
{
    /// <summary>Takes a connection over, or passes. It must not block: what takes time comes after taking over.</summary>
    /// <param name="request">The connection and what its request names.</param>
    /// <returns>
    /// True: the connection is this interceptor's, with every byte read so far, to answer and to close. False: the next
    /// interceptor is asked, and after the last one the peer is told that the TubID is unknown.
    /// </returns>
    bool TryTake(ConnectionRequest request);
}
