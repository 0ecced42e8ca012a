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

    /// <summary>
    /// The same for a connection that asks for something else than a Tub. By default it passes; after the last interceptor the
    /// peer is told that this is a Tub, and what a Tub takes.
    /// </summary>
    /// <param name="request">The connection and the path that its request names.</param>
    /// <returns>As that of the other method.</returns>
    bool TryTake(PathRequest request) => false;
}
