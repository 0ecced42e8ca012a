using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Handshakes;

/// <summary>
/// Stands below TLS: until the handshake is over, TLS gets what has come when it is its turn, and has no turn while there is
/// nothing, so that a turn never waits for a peer. Afterwards it passes everything through.
/// </summary>
/// <param name="below">The connection.</param>
/// <param name="place">Whose turn.</param>
internal sealed class HandshakeStream(DuplexPipeStream below, HandshakePlace place) : AsyncStream
{
    private HandshakePlace? _place = place;

    /// <summary>The handshake is over, whatever came of it.</summary>
    public void EndHandshake()
    {
        _place?.Leave();
        _place = null;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ValueTask<int> reading = below.ReadAsync(buffer, cancellationToken);
        return _place is null ? reading : ReadInTurnAsync(_place, reading, cancellationToken);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ValueTask writing = below.WriteAsync(buffer, cancellationToken);
        return _place is null || writing.IsCompleted ? writing : WriteInTurnAsync(_place, writing, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        EndHandshake();
        below.Dispose();
        base.Dispose(disposing);
    }

    private static async ValueTask<int> ReadInTurnAsync(HandshakePlace place, ValueTask<int> reading, CancellationToken cancellationToken)
    {
        if (!reading.IsCompleted)
        {
            place.Leave();
        }

        // Nothing is the end, or the answer to whoever asks whether there is something, with no buffer yet: it takes one in its turn.
        int count = await reading.ConfigureAwait(false);
        await place.EnterAsync(cancellationToken).ConfigureAwait(false);
        return count;
    }

    /// <summary>The peer does not take what the handshake has to say: that is not to be waited for in a turn either.</summary>
    private static async ValueTask WriteInTurnAsync(HandshakePlace place, ValueTask writing, CancellationToken cancellationToken)
    {
        place.Leave();
        await writing.ConfigureAwait(false);
        await place.EnterAsync(cancellationToken).ConfigureAwait(false);
    }
}
