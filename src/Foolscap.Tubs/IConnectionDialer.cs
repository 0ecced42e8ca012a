using Foolscap.Furls;

namespace Foolscap.Tubs;

/// <summary>
/// Opens connections for connection hints (<c>foolscap.ipb.IConnectionHintHandler</c>). The default one knows
/// <c>tcp:</c>; one of your own can add kinds such as <c>tor:</c>. Must be thread-safe.
/// </summary>
public interface IConnectionDialer
{
    /// <summary>Tells whether this dialer can use a hint.</summary>
    /// <param name="hint">The hint.</param>
    /// <returns>Whether <see cref="DialAsync"/> may be asked for it.</returns>
    bool CanDial(ConnectionHint hint);

    /// <summary>Opens a connection.</summary>
    /// <param name="hint">A hint that it can use.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The connection, which then belongs to the caller. Any exception means that this hint leads nowhere.</returns>
    Task<TransportConnection> DialAsync(ConnectionHint hint, CancellationToken cancellationToken);
}
