using Foolscap.Tubs;

namespace StorageServer;

/// <summary>One blob that a peer reads, piece by piece, in any order.</summary>
internal sealed class BlobReader(FileStream blob, Action onClosed) : IDisposable
{
    /// <summary>The longest piece: an answer of this length is made at once, and the peer says how many it asks for.</summary>
    public const int MaxPiece = 1 << 20;

    private readonly long _length = blob.Length;
    private CancellationTokenRegistration _onLost;
    private int _isOver;

    /// <summary>The object for the peer. A lost connection closes the blob.</summary>
    public Referenceable Target(TubConnection connection)
    {
        _onLost = connection.Disconnected.Register(Dispose);
        return new Referenceable()
            .OnAsync("read", async call => await ReadAsync(call.Get<long>(0), call.Get<int>(1)))
            .On("close", _ => Dispose());
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            blob.Dispose();
            _onLost.Unregister();
            onClosed();
        }
    }

    private async Task<byte[]> ReadAsync(long offset, int length)
    {
        if (offset < 0 || length is < 1 or > MaxPiece || offset > _length)
        {
            throw new ViolationException($"A piece is asked for of {length} bytes from {offset}; there are {_length}, and {MaxPiece} at a time.");
        }

        try
        {
            byte[] piece = new byte[Math.Min(length, _length - offset)];
            int read = await RandomAccess.ReadAsync(blob.SafeFileHandle, piece, offset);
            return read == piece.Length ? piece : piece[..read];
        }
        catch (ObjectDisposedException)
        {
            throw new ViolationException("This blob has been closed.");
        }
    }
}
