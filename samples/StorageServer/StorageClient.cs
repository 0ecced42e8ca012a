using System.Security.Cryptography;
using Foolscap.Furls;
using Foolscap.Tubs;

namespace StorageServer;

/// <summary>The client's side of the storage. It knows nothing of relays: all it has is a FURL.</summary>
internal sealed class StorageClient : IAsyncDisposable
{
    private const int PieceBytes = 256 * 1024;

    /// <summary>So many pieces are on their way at once, so that a long way costs no time.</summary>
    private const int Ahead = 8;

    private readonly Tub _tub;
    private readonly RemoteReference _storage;

    private StorageClient(Tub tub, RemoteReference storage) => (_tub, _storage) = (tub, storage);

    public static async Task<StorageClient> ConnectAsync(Furl furl, CancellationToken cancellationToken)
    {
        Tub tub = new(TubCertificate.Create());
        try
        {
            return new StorageClient(tub, await tub.GetReferenceAsync(furl, cancellationToken));
        }
        catch
        {
            await tub.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a file, unless the storage has it already.</summary>
    /// <returns>Its hash.</returns>
    public async Task<BlobHash> PutAsync(FileInfo file, IProgress<(long Done, long All)> progress, CancellationToken cancellationToken)
    {
        await using FileStream content = new(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        BlobHash hash = await BlobHash.OfAsync(content, cancellationToken);
        if (await _storage.CallAsync("upload", [hash.Text, content.Length], cancellationToken) is not RemoteReference upload)
        {
            progress.Report((content.Length, content.Length)); // It is there.
            return hash;
        }

        using (upload)
        {
            content.Position = 0;
            Queue<Task> sending = new();
            byte[] piece = new byte[PieceBytes];
            for (long offset = 0; offset < content.Length;)
            {
                int length = await content.ReadAsync(piece, cancellationToken);
                sending.Enqueue(upload.CallAsync("write", [offset, piece[..length]], cancellationToken));
                offset += length;
                await LeaveAtMostAsync(sending, Ahead);
                progress.Report((offset, content.Length));
            }

            await LeaveAtMostAsync(sending, 0);
            await upload.CallAsync("close", [], cancellationToken);
        }

        return hash;
    }

    /// <summary>Fetches a blob into a new file, which is there only if its hash is right.</summary>
    public async Task GetAsync(BlobHash hash, FileInfo file, IProgress<(long Done, long All)> progress, CancellationToken cancellationToken)
    {
        object? answer = await _storage.CallAsync("open", [hash.Text], cancellationToken);
        if (answer is not BananaTuple { Count: 2 } opened || opened[0] is not long size || opened[1] is not RemoteReference blob)
        {
            throw new IOException("This is no storage: it answered something else than a size and a blob.");
        }

        using RemoteReference opening = blob;
        string beside = $"{file.FullName}.{Guid.NewGuid():N}.part";
        try
        {
            await using (FileStream content = new(beside, FileMode.CreateNew, FileAccess.Write))
            {
                await FetchAsync(blob, hash, size, content, progress, cancellationToken);
            }

            File.Move(beside, file.FullName, overwrite: false);
        }
        finally
        {
            File.Delete(beside);
        }

        await blob.CallAsync("close", [], cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _storage.Dispose();
        await _tub.DisposeAsync();
    }

    private static async Task FetchAsync(
        RemoteReference blob, BlobHash expected, long size, FileStream content, IProgress<(long Done, long All)> progress, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Queue<Task<byte[]>> pieces = new();
        long asked = 0;
        for (long done = 0; done < size;)
        {
            for (; asked < size && pieces.Count < Ahead; asked += PieceBytes)
            {
                pieces.Enqueue(blob.CallAsync<byte[]>("read", [asked, PieceBytes], cancellationToken));
            }

            byte[] piece = await pieces.Dequeue();
            if (piece.Length != Math.Min(PieceBytes, size - done))
            {
                throw new IOException($"The storage sent {piece.Length} bytes from {done} of {size}, fewer or more than were asked for.");
            }

            hash.AppendData(piece);
            await content.WriteAsync(piece, cancellationToken);
            done += piece.Length;
            progress.Report((done, size));
        }

        BlobHash actual = BlobHash.Of(hash.GetHashAndReset());
        if (actual != expected)
        {
            throw new IOException($"The blob's hash is {actual}, and not {expected}: the storage sent something else.");
        }
    }

    private static async Task LeaveAtMostAsync(Queue<Task> tasks, int count)
    {
        while (tasks.Count > count)
        {
            await tasks.Dequeue();
        }
    }
}
