using System.Security.Cryptography;
using Foolscap.Tubs;

namespace StorageServer;

/// <summary>One upload: pieces in their order, and a hash at the end that must be the promised one. Else nothing is kept.</summary>
internal sealed class Upload(BlobFolder folder, BlobHash expected, long size, Action onClosed) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _file = folder.Create();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private CancellationTokenRegistration _onLost;
    private long _received;
    private bool _isOver;

    /// <summary>The object for the peer. A lost connection ends the upload.</summary>
    public Referenceable Target(TubConnection connection)
    {
        _onLost = connection.Disconnected.Register(Dispose);
        return new Referenceable()
            .On("write", call => Write(call.Get<long>(0), call.Get<byte[]>(1)))
            .On("close", _ => Close())
            .On("abort", _ => Dispose());
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            _isOver = true;
            _file.Dispose();
            File.Delete(_file.Name); // A kept one has another name by now.
        }

        _hash.Dispose();
        _onLost.Unregister();
        onClosed();
    }

    private void Write(long offset, byte[] piece)
    {
        lock (_gate)
        {
            Check();
            if (offset != _received || piece.Length > size - _received)
            {
                throw new ViolationException(
                    $"The piece goes from {offset} to {offset + piece.Length}; the next one must begin at {_received}, and the blob ends at {size}.");
            }

            _file.Position = offset; // Behind what counts: of a piece that the disk did not take whole, nothing does.
            _file.Write(piece);
            _file.Flush();
            _hash.AppendData(piece);
            _received += piece.Length;
        }
    }

    private void Close()
    {
        lock (_gate)
        {
            Check();
            try
            {
                Keep();
            }
            finally
            {
                Dispose();
            }
        }
    }

    private void Keep()
    {
        if (_received != size)
        {
            throw new ViolationException($"The blob ends after {_received} bytes; {size} were promised.");
        }

        BlobHash actual = BlobHash.Of(_hash.GetHashAndReset());
        if (actual != expected)
        {
            throw new ViolationException($"The blob's hash is {actual}; {expected} was promised.");
        }

        _file.SetLength(size);
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        folder.Keep(_file.Name, expected);
    }

    private void Check()
    {
        if (_isOver)
        {
            throw new ViolationException("This upload is over.");
        }
    }
}
