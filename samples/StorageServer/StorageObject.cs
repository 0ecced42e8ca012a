using Foolscap.Tubs;

namespace StorageServer;

/// <summary>
/// What the storage's FURL leads to. It hands out an object for each upload and each blob that is read, and bounds how many
/// one connection may have.
/// </summary>
internal sealed class StorageObject(BlobFolder folder)
{
    /// <summary>So many objects of one connection may be open at once: each holds a file.</summary>
    private const int MostOpen = 16;

    private readonly Lock _gate = new();
    private readonly Dictionary<TubConnection, int> _open = [];

    public Referenceable Target => new Referenceable()
        .On("upload", call => Upload(call, Hash(call), call.Get<long>(1)))
        .On("open", call => Open(call, Hash(call)));

    private static BlobHash Hash(RemoteCall call)
    {
        try
        {
            return BlobHash.Parse(call.Get<string>(0));
        }
        catch (FormatException exception)
        {
            throw new ViolationException(exception.Message);
        }
    }

    /// <summary>Begins an upload; answers None if the blob is there already.</summary>
    private Referenceable? Upload(RemoteCall call, BlobHash hash, long size)
    {
        if (size < 0 || size > folder.MaxBlobBytes)
        {
            throw new ViolationException($"The blob has {size} bytes; this storage takes 0 to {folder.MaxBlobBytes}.");
        }

        if (folder.Has(hash))
        {
            return null;
        }

        return Hand(call, onClosed => new Upload(folder, hash, size, onClosed).Target(call.Connection));
    }

    /// <summary>Answers a blob's size and the object to read it by.</summary>
    private object? Open(RemoteCall call, BlobHash hash)
    {
        FileStream blob = folder.Open(hash) ?? throw new ViolationException($"There is no blob {hash} here.");
        try
        {
            return (blob.Length, Hand(call, onClosed => new BlobReader(blob, onClosed).Target(call.Connection)));
        }
        catch
        {
            blob.Dispose();
            throw;
        }
    }

    private Referenceable Hand(RemoteCall call, Func<Action, Referenceable> create)
    {
        TubConnection connection = call.Connection;
        lock (_gate)
        {
            int open = _open.GetValueOrDefault(connection);
            if (open >= MostOpen)
            {
                throw new ViolationException($"This connection has {open} uploads and blobs open, the limit; close some.");
            }

            _open[connection] = open + 1;
        }

        try
        {
            return create(() => Leave(connection));
        }
        catch
        {
            Leave(connection);
            throw;
        }
    }

    private void Leave(TubConnection connection)
    {
        lock (_gate)
        {
            if (--_open[connection] == 0)
            {
                _open.Remove(connection);
            }
        }
    }
}
